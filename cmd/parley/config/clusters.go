package config

import "github.com/parley-voice/parley/customer/cluster"

// Clusters says whether customers are divided into clusters by themselves.
type Clusters struct {
	Weekly bool `yaml:"weekly" default:"false" doc:"Divide customers once a week, in the first night of the ISO week that the server runs in, and use the new clusters. The week is the seed; parley customers cluster use VERSION goes back."`
	Count  int  `yaml:"count" default:"0" min:"0" max:"12" doc:"How many clusters, 8 to 12. 0: the best of these."`
}

func (c *Config) checkClusters(fail failer) {
	if n := c.Clusters.Count; n != 0 && n < cluster.FewestClusters {
		fail("clusters.count", "write 8 to 12, or 0 for the best of these", "clusters.count is %d", n)
	}
}
