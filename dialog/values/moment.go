package values

import "time"

// Canonical layouts.
const (
	dateLayout     = "2006-01-02"
	timeLayout     = "15:04"
	dateTimeLayout = "2006-01-02T15:04"
)

// part of the day, as words name it.
type part uint8

const (
	anyPart   part = iota
	dawn           // 凌晨, in the small hours
	morning        // 早上, 上午, am
	midday         // 中午
	afternoon      // 下午, pm
	evening        // 晚上, tonight
)

// clock is an hour and a minute. sure: morning or afternoon is known.
type clock struct {
	hour, min int
	sure      bool
	next      bool // 24:00: the midnight that ends the day
}

// moment is what the words say of day and hour so far.
type moment struct {
	day     time.Time
	hasDay  bool
	clock   clock
	hasTime bool
	part    part
	instant time.Time // in two hours: both at once
}

// The hours in which a bare "three o'clock" or "八点" is taken to fall: a business
// opens at eight and closes at eight in the evening. One to seven are thus the
// afternoon, eight to eleven the morning, twelve is noon.
const opens = 8

// readMoment reads a date, a time or both. Parts that the caller corrects are
// replaced, the others stand (明天下午三点，不对，四点).
func readMoment(typ string, l line, o Options) (string, verdict) {
	var m moment
	for _, stretch := range corrected(l) {
		if v := m.read(stretch, o, typ); v == unclear {
			return "", unclear
		}
	}
	switch typ {
	case Date:
		return m.date()
	case Time:
		return m.time()
	}
	return m.both(o.Now)
}

// read adds what a stretch says.
func (m *moment) read(l line, o Options, typ string) verdict {
	if typ != Date {
		if at, ok := instantIn(l, o.Now); ok {
			m.instant = at
			return found
		}
	}
	if p := partIn(l); p != anyPart {
		m.part = p
	}
	days, used := daysIn(l, o)
	if typ != Time {
		day, v := onlyDay(days)
		if v == unclear {
			return unclear
		}
		if v == found {
			m.day, m.hasDay, m.instant = day, true, time.Time{}
		}
	}
	if typ == Date {
		return found
	}
	c, v := clockIn(l, used, m.part)
	if v == found {
		m.clock, m.hasTime, m.instant = c, true, time.Time{}
	}
	if v == unclear {
		return unclear
	}
	return found
}

func (m *moment) date() (string, verdict) {
	if !m.hasDay {
		return "", nothing
	}
	return m.day.Format(dateLayout), found
}

func (m *moment) time() (string, verdict) {
	if !m.instant.IsZero() {
		return m.instant.Format(timeLayout), found
	}
	if !m.hasTime {
		return "", nothing
	}
	c := m.clock.settled()
	return time.Date(2000, 1, 1, c.hour, c.min, 0, 0, time.UTC).Format(timeLayout), found
}

// both joins day and hour; one alone is the half that was said. An hour of today
// that has passed in the morning is the afternoon's.
func (m *moment) both(now time.Time) (string, verdict) {
	switch {
	case !m.instant.IsZero():
		return m.instant.Format(dateTimeLayout), found
	case !m.hasTime:
		return m.date()
	case !m.hasDay:
		return m.time()
	}
	c := m.clock.settled()
	at := c.on(m.day)
	if !at.After(now) && !m.clock.sure && sameDay(m.day, now) && c.hour < 12 {
		c.hour += 12
		at = c.on(m.day)
	}
	return at.Format(dateTimeLayout), found
}

// settled puts a bare hour into the opening hours.
func (c clock) settled() clock {
	if !c.sure && c.hour > 0 && 60*c.hour+c.min < 60*opens-15 { // five to eight is about eight
		c.hour += 12
	}
	return c
}

func (c clock) on(day time.Time) time.Time {
	if c.next {
		day = day.AddDate(0, 0, 1)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), c.hour, c.min, 0, 0, day.Location())
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func sameDay(a, b time.Time) bool { return a.Format(dateLayout) == b.Format(dateLayout) }

// spans of time, in English and Chinese.
type span struct {
	minutes, days, months int
}

var spans = lexiconOf(map[string]span{
	"minute": {minutes: 1}, "minutes": {minutes: 1}, "min": {minutes: 1}, "mins": {minutes: 1}, "hour": {minutes: 60}, "hours": {minutes: 60},
	"day": {days: 1}, "days": {days: 1}, "week": {days: 7}, "weeks": {days: 7}, "fortnight": {days: 14}, "month": {months: 1}, "months": {months: 1},
	"year": {months: 12}, "years": {months: 12},
	"分钟": {minutes: 1}, "刻钟": {minutes: 15}, "小时": {minutes: 60}, "个小时": {minutes: 60}, "钟头": {minutes: 60}, "个钟头": {minutes: 60}, "个钟": {minutes: 60},
	"天": {days: 1}, "日": {days: 1}, "周": {days: 7}, "个星期": {days: 7}, "星期": {days: 7}, "个礼拜": {days: 7}, "礼拜": {days: 7}, "个月": {months: 1}, "年": {months: 12}})

// spanAt reads 三天, 半个小时, two weeks, an hour and a half.
func spanAt(l line, i int) (minutes float64, days, months, n int) {
	var v float64
	var used int
	switch {
	case l.is(i, "半"):
		v, used = 0.5, 1
	case l.is(i, "half") && l.is(i+1, "an", "a"):
		v, used = 0.5, 2
	case l.is(i, "a", "an", "one") && !l.is(i+1, "couple", "few", "hundred", "half"):
		v, used = 1, 1
	default:
		num := numeralAt(l, i, true)
		if num.n == 0 || num.vague || l.is(i, "couple") || l.is(i+1, "couple") || num.value > 1e6 {
			return 0, 0, 0, 0
		}
		v, used = num.value, num.n
	}
	j := i + used
	if l.is(j, "个") && l.is(j+1, "半") { // 两个半小时
		v, j = v+0.5, j+2
	}
	s, k := spans.at(l, j)
	if k == 0 {
		return 0, 0, 0, 0
	}
	j += k
	if l.is(j, "半") {
		v, j = v+0.5, j+1
	} else if h, k := andAHalf(l, j); k > 0 {
		v, j = v+h, j+k
	}
	if v != float64(int(v)) {
		switch {
		case s.months == 1 && v == 0.5:
			return 0, 15, 0, j - i // 半个月
		case s.months == 12 && v*12 == float64(int(v*12)):
			return 0, 0, int(v * 12), j - i
		case s.minutes == 0:
			return 0, 0, 0, 0
		}
	}
	return v * float64(s.minutes), int(v) * s.days, int(v) * s.months, j - i
}

// instantIn reads 半小时后, 过两个小时, in ten minutes, an hour from now.
func instantIn(l line, now time.Time) (time.Time, bool) {
	for i := range l {
		minutes, _, _, n := spanAt(l, i)
		if n == 0 || minutes == 0 {
			continue
		}
		j := i + n
		if later(l, j) > 0 || l.is(i-1, "过", "再", "in") || l.is(i-2, "再") && l.is(i-1, "过") {
			extra, _, _, k := spanAt(l, j+l.starts(j, lineOf("and")))
			if k > 0 && extra > 0 {
				minutes += extra
			}
			return now.Add(time.Duration(minutes) * time.Minute).Truncate(time.Minute), true
		}
	}
	return time.Time{}, false
}

var laterWords = phrasesOf("后", "以后", "之后", "过后", "from now", "later", "hence", "time from now", "from today")

func later(l line, i int) int {
	_, n := laterWords.at(l, i)
	return n
}
