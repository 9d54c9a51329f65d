package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/parley-voice/parley/campaign"
)

// Followed is what is to be done after an attempt of a campaign.
type Followed struct {
	Call string // id of the attempt, and of the call's record
	At   time.Time
	Todo []campaign.Follow
}

// doWithin is how long what was promised by no time may take.
const doWithin = 24 * time.Hour

// followed writes down what is owed to the person and what is the matter with the
// number, each once. A lower place in later campaigns is on the candidate already.
func (q queries) followed(ctx context.Context, f Followed) error {
	for _, todo := range f.Todo {
		var err error
		switch todo.Do {
		case campaign.MarkNumber:
			_, err = q.exec(ctx, insert("number_marks", "number, status, source, at", 1), todo.Number, todo.Note, todo.ID, f.At.UnixNano())
		case campaign.Agent, campaign.Promotion:
			due := todo.Promised
			if due.IsZero() {
				due = todo.At.Add(doWithin)
			}
			_, err = q.exec(ctx, insertFollowUp, followUpRow(FollowUp{
				ID: todo.ID, Call: f.Call, Number: todo.Number, Kind: FollowUpKind(todo.Do), Why: fmt.Sprintf("campaign %s: %s", todo.Campaign, todo.Note),
				Opened: cmp.Or(f.At, todo.At), Due: due, Task: &todo,
			})...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func taskText(f *campaign.Follow) string {
	if f == nil {
		return ""
	}
	return encode(f)
}

// MarkedNumbers gives what is the matter with those of some numbers of which calls
// found that something is.
func (r *Reader) MarkedNumbers(ctx context.Context, numbers []string) (map[string]string, error) {
	marked := map[string]string{}
	if len(numbers) == 0 {
		return marked, nil
	}
	args := make([]any, len(numbers))
	for i, n := range numbers {
		args[i] = n
	}
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var number, status string
		err := scan(&number, &status)
		marked[number] = status
		return err
	}, "SELECT number, status FROM number_marks WHERE number IN ("+marks(len(numbers))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("marked numbers: %w", err)
	}
	return marked, nil
}
