package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
)

func hearing(ctx context.Context, c *config.Config, m Machine) []Finding {
	out := pair(ctx, "", "speech.asr", c.Speech.ASR.ASRPair, m)
	for _, language := range slices.Sorted(maps.Keys(c.Speech.ASR.Languages)) {
		out = append(out, pair(ctx, language+": ", "speech.asr.languages."+language, c.Speech.ASR.Languages[language], m)...)
	}
	return out
}

func pair(ctx context.Context, of, key string, p config.ASRPair, m Machine) []Finding {
	out := []Finding{engine(ctx, of+"recognition", key, p.ASREngine, m)}
	if p.Second != nil {
		out = append(out, engine(ctx, of+"second recogniser", key+".second", *p.Second, m))
	}
	return out
}

func engine(ctx context.Context, check, key string, e config.ASREngine, m Machine) Finding {
	switch e.Engine {
	case "none":
		return Finding{check, Warn, "none: callers have the keypad only", "set " + key + ".engine"}
	case "moonshine":
		if err := m.Models(); err != nil {
			return Finding{check, Broken, err.Error(), "run parley models pull"}
		}
		return Finding{check, OK, "moonshine, its models have the right SHA-256", ""}
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	if err := m.Hear(ctx, e); err != nil {
		return Finding{check, Broken, fmt.Sprintf("%s at %s: %v", e.Engine, e.URL, err), "start that server, or change " + key + ".url"}
	}
	return Finding{check, OK, fmt.Sprintf("%s at %s answers", e.Engine, e.URL), ""}
}

func speaking(ctx context.Context, c *config.Config, m Machine) []Finding {
	var out []Finding
	for _, language := range slices.Sorted(maps.Keys(c.Speech.TTS)) {
		v := c.Speech.TTS[language]
		check := "voice " + language
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		first, err := m.Speak(ctx, language)
		cancel()
		if err == nil {
			out = append(out, Finding{check, OK, fmt.Sprintf("%s, first audio in %s", v, first.Round(time.Millisecond)), ""})
			continue
		}
		mend := map[string]string{
			"espeak": "apt-get install espeak-ng, and check the voice's name with espeak-ng --voices",
			"flite":  "voices are slt and rms; change speech.tts." + language,
			"openai": "check speech.openai.url, key and model",
		}[v.Engine]
		out = append(out, Finding{check, Broken, fmt.Sprintf("%s: %v", v, err), mend})
	}
	return out
}

func scripts(_ context.Context, c *config.Config, m Machine) []Finding {
	n, err := m.Scripts()
	if err != nil {
		return []Finding{{"scripts", Broken, err.Error(), "mend the script or the number where it says"}}
	}
	if len(c.Numbers) == 0 {
		return []Finding{{"scripts", Warn, fmt.Sprintf("%d load, but no number leads to one", n), `add numbers, like {"4001": member-callback.en}`}}
	}
	return []Finding{{"scripts", OK, fmt.Sprintf("%d load, %d numbers lead to them", n, len(c.Numbers)), ""}}
}

func routes(_ context.Context, _ *config.Config, m Machine) []Finding {
	found, err := m.Routes()
	switch {
	case err != nil:
		return []Finding{{"routes", Broken, err.Error(), "mend the table where it says; parley route check shows the line"}}
	case found == "":
		return nil
	}
	return []Finding{{"routes", OK, found, ""}}
}

func npm(_ context.Context, c *config.Config, m Machine) []Finding {
	if m.Installed("npm") {
		return []Finding{{"npm", OK, "installed", ""}}
	}
	if c.Speech.ASR.Engine == "moonshine" && m.Models() != nil {
		return []Finding{{"npm", Broken, "not installed, and speech models are missing", "apt-get install npm, or copy the models' folder from a machine that has it"}}
	}
	return []Finding{{"npm", Warn, "not installed", "only parley models pull needs it, and the models are there"}}
}
