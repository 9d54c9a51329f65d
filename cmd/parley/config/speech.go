package config

import "time"

// Speech is hearing and speaking.
type Speech struct {
	ASR    ASR               `yaml:"asr" doc:"Recognition."`
	TTS    map[string]Voice  `yaml:"tts" default:"en=flite/slt, *=espeak" doc:"Voice of each language: ENGINE or ENGINE/VOICE, engine one of flite, espeak, openai. A key here adds to the defaults or replaces one; * is for every other language."`
	OpenAI OpenAISpeech      `yaml:"openai" doc:"Server behind the openai voices."`
	Cache  SpeechCache       `yaml:"cache" doc:"Rendered lines. Fixed lines are rendered when a script is loaded."`
	Slow   SpeechGuardLimits `yaml:"slow" doc:"When a speech engine counts as failed."`
}

// ASR is what hears callers, and what hears those of particular languages.
type ASR struct {
	ASRPair   `yaml:",inline"`
	Languages map[string]ASRPair `yaml:"languages" doc:"Recognisers of a language, in place of the ones above: {zh-CN: {engine: ws, url: ws://HOST:PORT}}. zh is for every zh-..."`
}

// ASRPair is the first recogniser and, if wanted, a second one.
type ASRPair struct {
	ASREngine `yaml:",inline"`
	Second    *ASREngine `yaml:"second" doc:"Recogniser that takes over when the first is slow or broken."`
}

// ASREngine is one recogniser.
type ASREngine struct {
	Engine   string        `yaml:"engine" default:"moonshine" oneof:"moonshine|ws|openai|none" doc:"moonshine runs inside Parley (English); ws speaks the Vosk or FunASR protocol; openai is any server with /v1/audio/transcriptions; none leaves callers the keypad."`
	Model    string        `yaml:"model" doc:"openai: the server's model name (default whisper-1)."`
	Workers  int           `yaml:"workers" default:"0" min:"0" max:"64" doc:"moonshine: decodes at once; 0 is as many as cores."`
	URL      string        `yaml:"url" doc:"ws: ws://HOST:PORT. openai: http(s)://HOST/v1."`
	Protocol string        `yaml:"protocol" default:"vosk" oneof:"vosk|funasr" doc:"ws: which protocol the server speaks."`
	Insecure bool          `yaml:"insecure" default:"false" doc:"ws: accept any certificate of a wss:// server; FunASR's images come with one that they signed themselves."`
	Key      Secret        `yaml:"key" doc:"openai: API key, best as ${OPENAI_API_KEY}."`
	Deadline time.Duration `yaml:"deadline" default:"1200ms" min:"200ms" max:"30s" doc:"A turn whose words do not come so long after its end has failed, and the call steps down to the second recogniser or the keypad."`
}

// OpenAISpeech is an OpenAI-compatible speech server.
type OpenAISpeech struct {
	URL   string `yaml:"url" default:"https://api.openai.com/v1" doc:"Base address of an OpenAI-compatible server."`
	Key   Secret `yaml:"key" doc:"API key, best as ${OPENAI_API_KEY}."`
	Model string `yaml:"model" default:"tts-1" doc:"Model name."`
}

// SpeechCache bounds the rendered lines kept in memory.
type SpeechCache struct {
	Memory int `yaml:"memory" default:"64" min:"1" max:"4096" doc:"MiB of rendered lines kept in memory; all of them stay on disk under data/prompts."`
}

// SpeechGuardLimits are the breaker's numbers.
type SpeechGuardLimits struct {
	FirstAudio time.Duration `yaml:"first_audio" default:"1500ms" min:"100ms" max:"30s" doc:"A voice that has not begun by then has failed for that line."`
}

// LLM is a server with OpenAI's chat interface.
type LLM struct {
	URL   string `yaml:"url" default:"https://api.openai.com/v1" doc:"Base address, http(s)://HOST/v1. What callers say is sent there, telephone and card numbers masked."`
	Key   Secret `yaml:"key" doc:"API key, best as ${OPENAI_API_KEY}."`
	Model string `yaml:"model" doc:"Model name. Empty: none; a script whose understanding needs one is refused, and llm nodes say their fallback."`
}
