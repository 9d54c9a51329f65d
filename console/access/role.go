// Package access says who may use the API and what each may see: keys, roles,
// the table of permissions, and the limit on wrong keys. It reads keys through an
// interface and decides by itself.
package access

import "slices"

// Role is what a key is for.
type Role string

// The roles. None contains another: an author writes scripts and sees no numbers,
// an agent sees numbers and writes no scripts.
const (
	Viewer     Role = "viewer"     // looks at figures and calls, masked, without what was said
	Agent      Role = "agent"      // talks with customers
	Supervisor Role = "supervisor" // runs the floor
	Author     Role = "author"     // writes scripts and rules
	Admin      Role = "admin"      // everything
)

// Roles lists the roles.
func Roles() []Role { return []Role{Viewer, Agent, Supervisor, Author, Admin} }

// Action is something that a role may do or not.
type Action string

// The actions.
const (
	ReadCalls          Action = "calls.read"
	HearCalls          Action = "calls.hear"
	PlaceCalls         Action = "calls.place"
	EndCalls           Action = "calls.end"
	JoinCalls          Action = "calls.join"
	ReadAgents         Action = "agents.read"
	ChangeSelf         Action = "agents.self"
	ChangeAgents       Action = "agents.change"
	ReadQueues         Action = "queues.read"
	ReadCustomers      Action = "customers.read"
	TagCustomers       Action = "customers.tag"
	NoteCustomers      Action = "customers.note"
	ImportCustomers    Action = "customers.import"
	ExportCustomers    Action = "customers.export"
	ReadConsent        Action = "consent.read"
	SetConsent         Action = "consent.set"
	ReadLedger         Action = "ledger.read"
	ProveLedger        Action = "ledger.prove"
	ScreenCustomers    Action = "customers.screen"
	ReadRoutes         Action = "routes.read"
	TryRoutes          Action = "routes.try"
	ReadScripts        Action = "scripts.read"
	CheckScripts       Action = "scripts.check"
	ReadFollowUps      Action = "follow_ups.read"
	SettleFollowUps    Action = "follow_ups.settle"
	ReadCampaigns      Action = "campaigns.read"
	ReadCampaignPeople Action = "campaigns.people"
	RunCampaigns       Action = "campaigns.run"
	Follow             Action = "events.follow"
	ReadWebhooks       Action = "webhooks.read"
	RetryWebhooks      Action = "webhooks.retry"
	ReadAudit          Action = "audit.read"
)

// Field is a group of values that a role may see or not.
type Field string

// The fields.
const (
	Numbers Field = "numbers"
	Words   Field = "words"
	Money   Field = "money"
	Notes   Field = "notes"
)

// Rule is one line of the table of permissions.
type Rule[T Action | Field] struct {
	What  T
	Means string
	Roles []Role
}

var (
	everybody = Roles()
	people    = []Role{Agent, Supervisor, Admin}
	leaders   = []Role{Supervisor, Admin}
	writers   = []Role{Supervisor, Author, Admin}
)

var actions = []Rule[Action]{
	{ReadCalls, "list calls and read one", everybody},
	{HearCalls, "download recordings", leaders},
	{PlaceCalls, "have Parley call somebody", leaders},
	{EndCalls, "hang up a live call", leaders},
	{JoinCalls, "listen to a live call, whisper, barge in, take it over", leaders},
	{ReadAgents, "list agents and their states", everybody},
	{ChangeSelf, "log in and out, pause and resume: the agent of one's own key", people},
	{ChangeAgents, "the same for any agent", leaders},
	{ReadQueues, "list queues", everybody},
	{ReadCustomers, "read and search customers", people},
	{TagCustomers, "change a customer's tags", people},
	{NoteCustomers, "tell of a complaint, of somebody who is not to be called, a note", people},
	{ImportCustomers, "import customers, and tell what they did", leaders},
	{ScreenCustomers, "find customers by their labels", leaders},
	{ExportCustomers, "export customers", []Role{Admin}},
	{ReadConsent, "read what a person allowed and forbade, and whether they may be reached now", people},
	{SetConsent, "write down what a person allows or takes back", people},
	{ReadLedger, "read signed heads of the ledger of consent, and that it only grew: nothing in them is personal", everybody},
	{ProveLedger, "prove one event of the ledger, whole number and all", leaders},
	{ReadRoutes, "read the rules in use", writers},
	{TryRoutes, "check, explain and test rules", writers},
	{ReadScripts, "list scripts and their versions", everybody},
	{CheckScripts, "check a script", writers},
	{ReadFollowUps, "list what is owed to callers", people},
	{SettleFollowUps, "settle what is owed to a caller", people},
	{ReadCampaigns, "list campaigns and how they stand", everybody},
	{ReadCampaignPeople, "list a campaign's people and what came of each", people},
	{RunCampaigns, "start, pause and stop campaigns", leaders},
	{Follow, "follow live events", everybody},
	{ReadWebhooks, "list messages to webhooks, without what they say", leaders},
	{RetryWebhooks, "have a message sent again", leaders},
	{ReadAudit, "read and export the audit log", []Role{Admin}},
}

var fields = []Rule[Field]{
	{Numbers, "telephone numbers whole, each time with a reason that is written down; otherwise the middle digits are masked", people},
	{Words, "what was said and heard", []Role{Agent, Supervisor, Author, Admin}},
	{Money, "a customer's value", leaders},
	{Notes, "a customer's custom fields and preferences", people},
}

// Actions is the table of who may do what.
func Actions() []Rule[Action] { return slices.Clone(actions) }

// Fields is the table of who may see what.
func Fields() []Rule[Field] { return slices.Clone(fields) }

// May tells whether a role may do something. What is not in the table nobody may.
func (r Role) May(a Action) bool { return holds(actions, a, r) }

// Sees tells whether a role may see something. Numbers need a reason besides.
func (r Role) Sees(f Field) bool { return holds(fields, f, r) }

func holds[T Action | Field](table []Rule[T], what T, r Role) bool {
	for _, rule := range table {
		if rule.What == what {
			return slices.Contains(rule.Roles, r)
		}
	}
	return false
}
