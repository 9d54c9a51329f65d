# make run    builds everything that is missing and shows a whole call
# make test   runs every check and every test
# make build  leaves bin/parley with its shared libraries beside it
.PHONY: run test build models bench lint vet deps deps-test clean

PARLEY = bin/parley
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

run: build models
	@$(PARLEY) demo $(DEMO)

test: deps-test build models lint
	@go run ./tools/testrun -race -timeout 15m ./...

# The shared libraries come from the module cache and from Debian; $ORIGIN makes
# the program find them beside itself, so that bin/ can be copied as it is.
build: deps
	@go mod download
	@mkdir -p bin
	@go build -o $(PARLEY) -ldflags "-extldflags '-Wl,-rpath,\$$ORIGIN'" ./cmd/parley
	@ldd $(PARLEY) | awk '/libsherpa-onnx|libonnxruntime|libflite/ {print $$3}' | xargs -r install -m 644 -t bin
	@go run ./tools/rpath $(PARLEY)

models: build
	@$(PARLEY) models pull --quiet

bench: build models
	@$(PARLEY) bench $(BENCH)

lint: vet
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted with gofmt:"; echo "$$unformatted"; exit 1; }
	@go run $(STATICCHECK) ./...

vet:
	@go vet ./...

deps:
	@tools/deps.sh

deps-test:
	@tools/deps.sh test

clean:
	rm -rf bin
