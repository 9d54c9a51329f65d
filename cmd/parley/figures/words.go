package figures

import (
	"fmt"
	"slices"
	"strings"
)

// name is what something is called in both languages.
type name struct{ EN, ZH string }

var viewNames = map[string]name{
	"kpi_counted":              {"Calls counted", "通话统计口径"},
	"kpi_answer_rate":          {"Answer rate", "接通率"},
	"kpi_handling_time":        {"Average handling time", "平均处理时长"},
	"kpi_completed":            {"Completed calls", "日均完成量"},
	"kpi_conversion":           {"Conversion", "转化率"},
	"kpi_intent":               {"Intent rate", "意向率"},
	"kpi_satisfaction":         {"Satisfaction: CSAT and NPS", "满意度与净推荐值"},
	"kpi_cost":                 {"Cost", "成本"},
	"kpi_first_contact":        {"First contact resolution", "首次解决率"},
	"kpi_high_risk":            {"Share of high risk", "高风险占比"},
	"kpi_repeat_callers":       {"Repeat callers", "重复来电率"},
	"kpi_complaints":           {"Complaint escalation", "投诉升级率"},
	"kpi_compensation":         {"Compensation", "补偿"},
	"kpi_service_level":        {"Service level", "服务水平"},
	"kpi_abandonment":          {"Abandonment in line", "排队放弃率"},
	"kpi_variants":             {"Campaigns and variants", "活动与话术版本"},
	"kpi_outbound_abandonment": {"Outbound abandonment", "外呼放弃率"},
	"kpi_value":                {"Value: ROI, ticket, LTV", "价值：投资回报、客单价、终身价值"},
}

var grainNames = map[string]name{
	"day": {"Daily report", "日报"}, "week": {"Weekly report", "周报"}, "month": {"Monthly report", "月报"}, "quarter": {"Quarterly report", "季报"},
}

// columnNames are the Chinese words; the English ones are the columns' own.
var columnNames = map[string]string{
	"calls": "通话", "kept": "计入", "short": "不足5秒", "empty_numbers": "空号", "withheld": "匿名", "direction": "方向", "answered": "接通", "machines": "机器应答",
	"rate": "比率", "aht_s": "平均时长/秒", "agent_talks": "人工通话", "agent_aht_s": "人工平均/秒", "completed": "完成", "per_day": "日均", "converted": "转化",
	"meant": "有意向", "rated": "评分数", "content": "满意", "csat": "满意度", "asked": "样本", "promoters": "推荐者", "detractors": "贬损者", "nps": "净推荐值",
	"cost": "总成本", "per_call": "单通成本", "per_conversion": "单次转化成本", "resolved": "一次解决", "unknown": "无法判断", "risky": "高风险", "callers": "来电人数",
	"repeated": "重复来电", "complaints": "投诉", "escalated": "升级", "in_time_rate": "及时率", "kind": "类别", "currency": "币种", "given": "份数", "value": "金额", "still_open": "未关闭", "queue": "队列", "joined": "接起", "in_time": "及时", "lost": "流失",
	"waits": "等待", "abandoned": "放弃", "wait_s": "平均等待/秒", "campaign": "活动", "variant": "版本", "called": "外呼人数", "negative": "负面",
	"answer_rate": "接通率", "conversion_rate": "转化率", "negative_rate": "负面率",
	"sought": "应转人工", "orders": "订单", "revenue": "销售额", "ticket": "客单价", "roi": "投资回报率", "buyers": "购买人数", "ltv": "终身价值",
}

// percents are columns that hold shares of 1.
func percent(column string) bool { return column == "rate" || strings.HasSuffix(column, "_rate") }

// shown is a value for people.
func shown(column string, v any) string {
	n, ok := number(v)
	switch {
	case !ok && v == nil:
		return "–"
	case !ok:
		return fmt.Sprint(v)
	case percent(column):
		return fmt.Sprintf("%.1f %%", 100*n)
	case column == "csat" || column == "nps" || strings.HasSuffix(column, "_s") || column == "per_day":
		return fmt.Sprintf("%.1f", n)
	case slices.Contains([]string{"value", "cost", "per_call", "per_conversion", "revenue", "ticket", "roi", "ltv"}, column):
		return fmt.Sprintf("%.2f", n)
	}
	return fmt.Sprintf("%.0f", n)
}
