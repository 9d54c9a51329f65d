// Package config reads parley.yaml: one strict struct, every mistake told with
// its file, line and column, secrets taken from the environment.
package config

import (
	"net/netip"
	"time"
)

//go:generate go run ../../../tools/configdoc -o ../../../docs/configuration.md

// Config is the whole of parley.yaml. The tags are the reference: yaml names
// the key, doc explains it, default is used where the key is missing, and min,
// max and oneof bound it. docs/configuration.md is generated from them.
type Config struct {
	SIP        SIP               `yaml:"sip" doc:"Where Parley listens for SIP and how it names itself."`
	Trunks     []Trunk           `yaml:"trunks" doc:"Who may call and through whom Parley dials. A source that no trunk matches gets no answer at all."`
	Media      Media             `yaml:"media" doc:"RTP: addresses, ports and the threads that pace it."`
	Speech     Speech            `yaml:"speech" doc:"Recognition and voices."`
	LLM        LLM               `yaml:"llm" doc:"Language model for scripts that ask for one: any server with OpenAI's chat interface (OpenAI, vLLM, Ollama, LocalAI, ...)."`
	Scripts    string            `yaml:"scripts" doc:"Folder of scripts (*.yaml). The scripts that ship with Parley are always there; one of the same id in this folder takes its place. Relative to the configuration file."`
	Words      string            `yaml:"words" doc:"File of words that no call may say, one a line, # before a remark: the house's own list. script check warns of prompts that hold one, and so does the log; a text with variables that comes to hold one is not spoken, its fallback is; nor is a sentence of the language model. Relative to the configuration file."`
	Drafts     bool              `yaml:"drafts" default:"false" doc:"Answer with the scripts of the folder as they are, reviewed or not, and take each change within a second: for writing scripts. Otherwise only published versions are used (parley script submit, approve, publish). A draft never calls out."`
	Numbers    map[string]string `yaml:"numbers" doc:"Called number to script: the script's file name without .yaml, with its folder (member-callback.en, line-test/echo). * stands for every other number."`
	Routes     string            `yaml:"routes" doc:"Table of routes: where calls go that come in (docs/routing.md). Read again within a second of a change; a table with mistakes leaves the one before in use. Relative to the configuration file."`
	Campaigns  string            `yaml:"campaigns" doc:"Folder of outbound campaigns, each a file CAMPAIGN.yaml (docs/campaigns.md). Nothing is called before parley campaign start. Relative to the configuration file."`
	Node       string            `yaml:"node" doc:"Name of a process that helps the server of the same PostgreSQL database with its campaigns, and does nothing else (docs/operations.md). Empty: this is the server."`
	Queues     map[string]Queue  `yaml:"queues" doc:"Where a script's transfer goes, by name: an address, or a queue in which callers wait for agents (docs/queues.md). * stands for every other name and needs an address; the fallback ladder hands callers to it too."`
	Agents     map[string]Agent  `yaml:"agents" doc:"People who take calls from the queues, by a short name or number."`
	AgentRules AgentRules        `yaml:"agent_rules" doc:"What holds for every agent."`
	Registrar  *Registrar        `yaml:"registrar" doc:"Lets the phones of agents that have a password register with Parley. Without it no REGISTER is answered."`
	Lookups    Lookups           `yaml:"lookups" doc:"Other systems that scripts may ask with fetch."`
	Webhooks   []Webhook         `yaml:"webhooks" doc:"Other systems that are told what happens: who is calling before the agent's phone rings, how calls ended (docs/webhooks.md)."`
	Sources    map[string]Source `yaml:"sources" doc:"Systems that tell of customers and what they do, by name (docs/customers.md)."`
	Segments   string            `yaml:"segments" doc:"File of groups and strategies (docs/portraits.md); empty: those that ship. Relative to the configuration file."`
	Clusters   Clusters          `yaml:"clusters" doc:"Whether customers are divided into clusters by themselves (docs/portraits.md)."`
	Data       string            `yaml:"data" default:"./var" doc:"Folder for records.db, reviews.db, recordings/ and prompts/. Relative to the configuration file."`
	Store      Store             `yaml:"store" doc:"Where records, customers and reviews are kept."`
	Callers    Callers           `yaml:"callers" doc:"How callers' numbers and customers' amounts are read."`
	Consent    Consent           `yaml:"consent" doc:"How often people may be called, how long they are left alone, and by which laws (docs/consent.md)."`
	Reports    Reports           `yaml:"reports" doc:"What the figures of parley report count by (docs/reports.md). Figures of the past follow when it changes."`
	Record     bool              `yaml:"record" default:"true" doc:"Record every call as a stereo WAV, left the caller, right Parley, in recordings/ under data."`
	Mask       bool              `yaml:"mask" default:"true" doc:"Hide numbers of telephones and cards where they are written down: all but the last four digits of a card, the middle of others, in what was said and heard and in long rows of keys; and silence the pieces of the recording in which they are spoken or keyed (docs/operations.md)."`
	Bridged    Bridged           `yaml:"bridged" doc:"What is done while a caller talks with a person."`
	HTTP       HTTP              `yaml:"http" doc:"Health, metrics and the API."`
	Drain      time.Duration     `yaml:"drain" default:"3m" min:"0s" max:"24h" doc:"How long calls in progress may go on after SIGTERM or the first Ctrl-C. A second signal ends them at once."`
	Log        Log               `yaml:"log" doc:"What is written to standard error."`

	positions map[string]position
	file      string
}

// SIP is the signalling side.
type SIP struct {
	Listen    []Listen   `yaml:"listen" default:"udp://0.0.0.0:5060, tcp://0.0.0.0:5060" doc:"Transports and addresses to bind: udp://HOST:PORT or tcp://HOST:PORT. Port 0 takes a free one."`
	Advertise netip.Addr `yaml:"advertise" doc:"Address that others reach Parley at, for Contact and SDP, when it is not the bound one (behind NAT, or bound to 0.0.0.0 on a host with several). Empty: the address that the route to the peer leaves from."`
	UserAgent string     `yaml:"user_agent" default:"Parley" doc:"User-Agent and Server header."`
}

// Trunk is a carrier, a PBX or any other peer.
type Trunk struct {
	Name      string         `yaml:"name" required:"true" doc:"Name used in records, in queues and on the command line."`
	Match     []netip.Prefix `yaml:"match" doc:"Networks that this trunk's requests come from (203.0.113.0/24; a single address is taken as such). Without any, whoever knows username and password may call, from anywhere."`
	Host      string         `yaml:"host" doc:"Where outbound calls go: HOST or HOST:PORT."`
	Transport string         `yaml:"transport" default:"udp" oneof:"udp|tcp" doc:"Transport of outbound calls."`
	Username  string         `yaml:"username" doc:"Digest user, for both directions."`
	Password  Secret         `yaml:"password" doc:"Digest password, best as ${TRUNK_PASSWORD}."`
	Realm     string         `yaml:"realm" default:"parley" doc:"Digest realm for calls that come in."`
	Register  time.Duration  `yaml:"register" default:"0s" min:"0s" max:"24h" doc:"Register with host, as username, for so long each time (1h); calls then come to number username, or to the number in P-Called-Party-ID or To. 0s: the trunk knows our address, do not."`
	Challenge bool           `yaml:"challenge" default:"false" doc:"Ask callers from this trunk for username and password as well as for the right address."`
	Caller    string         `yaml:"caller" doc:"Number shown on calls that Parley places. Empty: username."`
	NAT       bool           `yaml:"nat" default:"false" doc:"The peer is behind NAT: answer RTP to where it comes from even outside the address in the SDP."`
	Rate      int            `yaml:"rate" default:"100" min:"1" max:"10000" doc:"New calls a second; more are refused with 503 and Retry-After."`
	Trusted   bool           `yaml:"trusted" default:"true" doc:"Believe P-Asserted-Identity, Diversion, User-to-User and X-* headers from this trunk."`
}

// Media is the RTP side.
type Media struct {
	Address    netip.Addr    `yaml:"address" doc:"Address that RTP binds to and that SDP shows. Empty: the SIP listening address, or the first address of the host when that is 0.0.0.0."`
	Ports      PortRange     `yaml:"ports" default:"20000-29999" doc:"UDP ports for RTP, FIRST-LAST; two are used for each call. 0-0 takes any free ones."`
	Threads    int           `yaml:"threads" default:"1" min:"1" max:"64" doc:"Pacer threads. One carries hundreds of calls."`
	MaxCalls   int           `yaml:"max_calls" default:"2000" min:"1" max:"20000" doc:"Media sessions at once; calls beyond it are refused with 503."`
	RTPTimeout time.Duration `yaml:"rtp_timeout" default:"60s" min:"5s" max:"1h" doc:"A caller who sends no RTP for so long is gone."`
	Realtime   bool          `yaml:"realtime" default:"true" doc:"Ask the kernel for SCHED_RR on the pacer threads (needs CAP_SYS_NICE or an rtprio limit; doctor tells)."`
}

// Bridged is for callers who are joined with a person.
type Bridged struct {
	Transcribe bool `yaml:"transcribe" default:"true" doc:"Write down what both say, by the recogniser of the script's language if there is one. Callers who talk with a script go first."`
	Streams    int  `yaml:"streams" default:"16" min:"2" max:"2000" doc:"Recognisers that listen to such talks at once, two for each. Further talks go untranscribed; their records say so, and parley_queue_dropped_total counts them."`
}

// HTTP is the console's address.
type HTTP struct {
	Listen string `yaml:"listen" default:"127.0.0.1:8080" doc:"HOST:PORT for /healthz, /readyz and /metrics, which anybody may read, and for the API, which takes keys (parley keys add, docs/api.md). Until the first key is made, the API shows masked figures to this machine if the address is loopback, and nothing otherwise. Off loopback, put a proxy with TLS before it: keys travel as they are. off: no HTTP."`
	Public string `yaml:"public_url" doc:"https:// address at which people reach this server's /u/ from the internet, by a proxy with TLS that passes on nothing else. Messages (message.send) carry a link below it by which their readers opt out (docs/consent.md). Empty: they carry none."`
}

// Log says what is written to standard error.
type Log struct {
	Level  string `yaml:"level" default:"info" oneof:"debug|info|warn|error" doc:"Least level that is written."`
	Format string `yaml:"format" default:"text" oneof:"text|json" doc:"text for people, json for collectors."`
}
