package silero

import (
	"errors"
	"fmt"
	"os"

	ort "github.com/yalue/onnxruntime_go"
)

// Silero's shape at 8 kHz: each window is judged with the end of the one before.
const (
	rate      = 8000
	window    = 256
	context8k = 32
	inputSize = context8k + window
	stateSize = 128 // two layers of it per leg
)

// memory is what the network remembers of one leg.
type memory struct {
	state   [2][stateSize]float32
	context [context8k]float32
}

// net runs the network over up to maxBatch legs at once. It is not safe for
// concurrent use.
type net struct {
	session *ort.DynamicAdvancedSession
	batches []*batch // by rising size
}

// batch holds the tensors for one size, made once so that running allocates nothing.
type batch struct {
	size                 int
	input, state, sr     ort.Value
	output, after        ort.Value
	in, before, out, new []float32
}

const maxBatch = 64

func newNet(model string) (*net, error) {
	if _, err := os.Stat(model); err != nil {
		return nil, fmt.Errorf("silero: %w: run `parley models pull`", err)
	}
	if err := start(); err != nil {
		return nil, fmt.Errorf("silero: %w", err)
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("silero: %w", err)
	}
	defer func() { _ = options.Destroy() }()
	// One thread: a batch takes a millisecond, and more threads would spin on the cores of the calls.
	if err := errors.Join(options.SetIntraOpNumThreads(1), options.SetInterOpNumThreads(1)); err != nil {
		return nil, fmt.Errorf("silero: %w", err)
	}
	session, err := ort.NewDynamicAdvancedSession(model, []string{"input", "state", "sr"}, []string{"output", "stateN"}, options)
	if err != nil {
		return nil, fmt.Errorf("silero: %s: %w", model, err)
	}
	n := &net{session: session}
	for size := 1; size <= maxBatch; size *= 2 {
		b, err := newBatch(int64(size))
		if err != nil {
			n.close()
			return nil, fmt.Errorf("silero: %w", err)
		}
		n.batches = append(n.batches, b)
	}
	return n, nil
}

func newBatch(size int64) (*batch, error) {
	input, err1 := ort.NewEmptyTensor[float32](ort.NewShape(size, inputSize))
	state, err2 := ort.NewEmptyTensor[float32](ort.NewShape(2, size, stateSize))
	sr, err3 := ort.NewTensor(ort.NewShape(1), []int64{rate})
	output, err4 := ort.NewEmptyTensor[float32](ort.NewShape(size, 1))
	after, err5 := ort.NewEmptyTensor[float32](ort.NewShape(2, size, stateSize))
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	return &batch{size: int(size), input: input, state: state, sr: sr, output: output, after: after,
		in: input.GetData(), before: state.GetData(), out: output.GetData(), new: after.GetData()}, nil
}

// run judges one window of each leg: windows[i] with mem[i] gives probs[i].
func (n *net) run(windows [][]float32, mem []*memory, probs []float32) error {
	b := n.batches[len(n.batches)-1]
	for _, fit := range n.batches {
		if fit.size >= len(windows) {
			b = fit
			break
		}
	}
	for i, w := range windows {
		copy(b.in[i*inputSize:], mem[i].context[:])
		copy(b.in[i*inputSize+context8k:(i+1)*inputSize], w)
		for layer := range mem[i].state {
			copy(b.before[(layer*b.size+i)*stateSize:], mem[i].state[layer][:])
		}
	}
	if err := n.session.Run([]ort.Value{b.input, b.state, b.sr}, []ort.Value{b.output, b.after}); err != nil {
		return fmt.Errorf("silero: %w", err)
	}
	for i, w := range windows {
		probs[i] = b.out[i]
		copy(mem[i].context[:], w[window-context8k:])
		for layer := range mem[i].state {
			copy(mem[i].state[layer][:], b.new[(layer*b.size+i)*stateSize:])
		}
	}
	return nil
}

func (n *net) close() {
	for _, b := range n.batches {
		for _, v := range []ort.Value{b.input, b.state, b.sr, b.output, b.after} {
			_ = v.Destroy()
		}
	}
	_ = n.session.Destroy()
}
