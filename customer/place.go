package customer

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Place is where a number was first given out. A person may have moved since.
type Place struct {
	Country  string `json:"country,omitempty"`  // ISO 3166-1 alpha-2
	Province string `json:"province,omitempty"` // of China, without 省 or 自治区: 广东
	City     string `json:"city,omitempty"`     // of China, without 市: 深圳
}

// String is province and city, or the country alone.
func (p Place) String() string {
	switch {
	case p.Province == "" && p.City == "":
		return p.Country
	case p.Province == p.City || p.City == "":
		return p.Province
	case p.Province == "":
		return p.City
	}
	return p.Province + p.City
}

// Place looks a number up in libphonenumber's tables. They know area codes of
// China and the mobile prefixes 13x to 15x and 18x for the most part. They do not
// know 16x, 17x and 19x (virtual operators and new ranges), some small cities'
// provinces, and that a number was carried to another operator or town. For
// other countries the country is all that is told. The first look loads the
// tables: see LoadPlaces.
func (n Number) Place() Place {
	out := Place{Country: n.Country}
	if n.Country != "CN" || !n.Personal() {
		return out
	}
	p, err := phonenumbers.Parse(n.Text, n.Country)
	if err != nil {
		return out
	}
	area, err := phonenumbers.GetGeocodingForNumber(p, "zh")
	if err != nil || area == "中国" {
		return out
	}
	out.Province, out.City = split(area)
	return out
}

// LoadPlaces loads the tables of Place, which takes up to a second and 20 MB:
// before calls come in, not within the first one.
func LoadPlaces() { Parse("010 6552 9988", "CN").Place() }

// provinces as people say them.
var provinces = strings.Fields(`北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南
	广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门`)

// endings of a province's full name.
var endings = strings.Fields("省 市 壮族自治区 回族自治区 维吾尔自治区 自治区 特别行政区")

// split divides 广东省深圳市 into 广东 and 深圳. A municipality is its own city.
func split(area string) (province, city string) {
	for _, p := range provinces {
		rest, ok := strings.CutPrefix(area, p)
		if !ok {
			continue
		}
		for _, e := range endings {
			if cut, ok := strings.CutPrefix(rest, e); ok {
				rest = cut
				break
			}
		}
		city = strings.TrimSuffix(rest, "市")
		if city == "" && (p == "北京" || p == "天津" || p == "上海" || p == "重庆") {
			city = p
		}
		return p, city
	}
	return "", strings.TrimSuffix(area, "市")
}

// Region brings a place that a person or a file wrote to the same form: 广东省
// and 广东 are one. What begins with no province of China stays as it is.
func Region(text string) string {
	text = strings.Join(strings.Fields(text), "")
	if province, city := split(text); province != "" {
		return Place{Province: province, City: city}.String()
	}
	return text
}
