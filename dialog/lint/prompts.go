package lint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/words"
)

// longest is how long a voice may talk before the caller has a turn: people
// keep in mind what they heard in about 12 seconds.
const longest = 12 * time.Second

// lengths finds prompts that take too long to listen to, also when several
// nodes speak one after the other.
func (c *checker) lengths() {
	for _, p := range c.s.Prompts() {
		d, which := c.length(p.Lines), "this prompt"
		if p.Node != nil && p.Key == "say" {
			for n := c.after(p.Node); n != nil && d < time.Hour; n = c.after(n) {
				d += c.length(n.Say)
				which = fmt.Sprintf("this and what follows up to node %q", n.Name)
				if n == p.Node {
					break
				}
			}
		}
		if d > longest {
			c.find(CodeLongPrompt, p.Path, "cut it, or put a question in the middle",
				"%s takes about %.0f s to read, longer than %.0f s", which, d.Seconds(), longest.Seconds())
		}
	}
}

// after is the node that speaks on without a pause, nil if none.
func (c *checker) after(n *dialog.Node) *dialog.Node {
	if n.Listens() || n.Exit.Go == "" || n.Exit.Wait > 0 {
		return nil
	}
	next, _ := c.s.Node(n.Exit.Go)
	return next
}

// length is the reading time of lines; of variants the longest counts. The
// length of a recording is not known here.
func (c *checker) length(lines []dialog.Line) time.Duration {
	var common time.Duration
	variants := map[string]time.Duration{}
	for _, l := range lines {
		d := dialog.ReadingTime(c.s.Read(l))
		if l.Clip != "" {
			d = 0
		}
		if l.Variant == "" {
			common += d
			continue
		}
		variants[l.Variant] += d
	}
	var most time.Duration
	for _, d := range variants {
		most = max(most, d)
	}
	return common + most
}

// openings are the nodes up to the first that listens.
func (c *checker) openings() []*dialog.Node {
	var all []*dialog.Node
	for n := c.s.Nodes[0]; n != nil && !slices.Contains(all, n); n, _ = c.s.Node(n.Exit.Go) {
		all = append(all, n)
		if n.Listens() {
			break
		}
	}
	return all
}

// opening finds first questions that a no answers: a conversation that begins
// with one often ends with it.
func (c *checker) opening() {
	nodes := c.openings()
	n := nodes[len(nodes)-1]
	if !has(n, dialog.IntentDeny) || !has(n, dialog.IntentAffirm) || len(n.Say) == 0 {
		return
	}
	last := c.s.Read(n.Say[len(n.Say)-1])
	if closed(last) {
		c.find(CodeClosedOpening, nodePath(n, "say"), "ask what the caller wants to know: which, what, how",
			"the first question can be answered with no")
	}
}

// closed tells whether a text ends in a question of yes or no.
func closed(text string) bool {
	text = strings.TrimRight(text, " ?？。!！")
	if strings.HasSuffix(text, "吗") || strings.HasSuffix(text, "么") && !strings.HasSuffix(text, "什么") && !strings.HasSuffix(text, "怎么") {
		return true
	}
	if i := strings.LastIndexAny(text, ".!?;,"); i >= 0 {
		text = text[i+1:]
	}
	all := words.Split(text)
	return len(all) > 0 && slices.Contains(strings.Fields("do does did is are am was were can could would will shall have has had may might should"), all[0])
}

// benefits are words that tell what the caller gains.
var benefits = strings.Fields(`discount discounts free offer offers saving savings gift bonus reward refund coupon voucher cheaper
	优惠 折扣 打折 折 免费 赠送 礼品 红包 返现 立减 补贴 优惠券 福利`)

// maxQuestions is how many questions may come before the caller hears what there
// is to gain.
const maxQuestions = 2

// benefit finds scripts that name a benefit only after many questions.
func (c *checker) benefit() {
	type visit struct {
		n         *dialog.Node
		questions int
	}
	seen := map[*dialog.Node]bool{}
	for queue := []visit{{c.s.Nodes[0], 0}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if seen[at.n] {
			continue
		}
		seen[at.n] = true
		if word := c.benefitIn(at.n); word != "" {
			if at.questions > maxQuestions {
				c.find(CodeLateBenefit, nodePath(at.n), "name what the caller gains in the opening or the first answer",
					"the first benefit (%q) comes after %d questions at the earliest", word, at.questions)
			}
			return
		}
		next := at.questions
		if at.n.Listens() {
			next++
		}
		for _, w := range c.spoken(at.n) {
			if to := c.s.Leads(w); to != nil {
				queue = append(queue, visit{to, next})
			}
		}
	}
}

func (c *checker) benefitIn(n *dialog.Node) string {
	for _, l := range n.Say {
		text := c.s.Read(l)
		for _, b := range benefits {
			if says(text, b) {
				return b
			}
		}
	}
	return ""
}

// notices finds calls that are recorded before the caller was told.
func (c *checker) notices() {
	if !c.o.Recorded {
		return
	}
	hears := func(n *dialog.Node) bool {
		return slices.ContainsFunc(n.Say, func(l dialog.Line) bool { return l.Notice == "recording" })
	}
	if slices.ContainsFunc(c.openings(), hears) {
		return
	}
	for _, n := range c.s.Nodes {
		if hears(n) {
			c.find(CodeLateNotice, nodePath(n, "say"), "move it into the first node",
				"the caller has spoken before node %q says that the call is recorded", n.Name)
			return
		}
	}
	first := c.s.Nodes[0]
	c.find(CodeNoNotice, nodePath(first), "add {notice: recording} to its say, or turn the recording off",
		"the call is recorded and nobody says so")
}

// review tells of a script that is not the one that was approved.
func (c *checker) review() {
	if c.o.Changed != "" {
		c.find(CodeChangedSinceSeen, []string{"version"}, "have it reviewed again before calls use it", "%s", c.o.Changed)
	}
}
