# make run    builds everything that is missing and shows a whole call
# make test   runs every check and every test
# make build  leaves bin/parley with its shared libraries beside it
.PHONY: run test build models bench soak lint vet deps deps-test clean

BIN = bin
PARLEY = $(BIN)/parley
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

run: build models
	@$(PARLEY) demo $(DEMO)

# SQLite's C, translated to Go, is not watched for races: nothing in it is ours,
# and watching it makes each statement thirty times as slow.
UNWATCHED = -gcflags=modernc.org/...=-race=false -d=checkptr=0

test: deps-test build models lint
	@go run ./tools/testrun -first ./test/e2e,./sip,./cmd/parley/server,./cmd/parley/outbound -last ./cmd/parley,./cmd/parley/script/audio -- -race '$(UNWATCHED)' -timeout 15m

# The shared libraries come from the module cache and from Debian; an RPATH of
# $ORIGIN makes the program, and they in turn, find them beside it, so that bin/
# can be copied as it is (a RUNPATH would not reach the libraries' own needs).
build: deps
	@rm -rf $(BIN)/.new && mkdir -p $(BIN)/.new
	@go build -o $(BIN)/.new/parley -ldflags "-extldflags '-Wl,--disable-new-dtags,-rpath,\$$ORIGIN'" ./cmd/parley
	@ldd $(BIN)/.new/parley | awk '/libsherpa-onnx|libonnxruntime|libflite|libasound/ {print $$3}' | xargs -r install -m 644 -t $(BIN)/.new
	@go run ./tools/rpath $(BIN)/.new/parley
	@mv -f $(BIN)/.new/* $(BIN)/ && rmdir $(BIN)/.new

models: build
	@$(PARLEY) models pull --quiet

bench: build models
	@$(PARLEY) bench $(BENCH)

# 1000 short calls at 20 a second by sipp, one of five cancelled; nothing may be
# left behind.
soak: deps-test
	@PARLEY_E2E_CALLS=1000 go test -count=1 -v -timeout 10m -run TestShortCallsLeaveNothingBehind ./test/e2e

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
	rm -rf $(BIN)
