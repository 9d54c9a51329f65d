package customer

import "testing"

// Whatever the order in which receipts come, and however often, the same is kept.
func TestReceiptsInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		told []ReceiptState
		want ReceiptState
	}{
		{[]ReceiptState{ReceiptDelayed, ReceiptDelayed, ReceiptDelivered, ReceiptDelayed}, ReceiptDelivered},
		{[]ReceiptState{ReceiptDelivered, ReceiptFailed, ReceiptExpired}, ReceiptDelivered},
		{[]ReceiptState{ReceiptExpired, ReceiptDelivered}, ReceiptDelivered},
		{[]ReceiptState{ReceiptRejected, ReceiptDelayed, ReceiptFailed}, ReceiptRejected},
	} {
		var kept Receipt
		for _, state := range c.told {
			if r := (Receipt{State: state}); r.Over(kept) {
				kept = r
			}
		}
		if kept.State != c.want {
			t.Errorf("%v: %s, want %s", c.told, kept.State, c.want)
		}
	}
}
