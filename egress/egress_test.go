package egress

import (
	"strings"
	"testing"
)

func TestRefuse(t *testing.T) {
	refuse := Refuse("lookups.private")
	for ip, refused := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "172.16.0.1": true, "172.31.255.255": true, "172.32.0.1": false, "192.168.0.1": true,
		"169.254.169.254": true, "100.64.0.1": true, "100.128.0.1": false, "0.0.0.0": true, "224.0.0.1": true, "255.255.255.255": true,
		"198.18.0.1": true, "192.0.0.8": true, "240.0.0.1": true,
		"[::1]": true, "[::]": true, "[fe80::1]": true, "[fe80::1%lo]": true, "[fd00::1]": true, "[ff02::1]": true, "[fec0::1]": true,
		"[::ffff:10.0.0.1]": true, "[::ffff:127.0.0.1]": true, "[::ffff:93.184.215.14]": false, "[::7f00:1]": true,
		"[64:ff9b::a00:1]": true, "[64:ff9b:1::a00:1]": true, "[2002:a00:1::]": true, "[2001::1]": true,
		"93.184.215.14": false, "[2606:2800:21f::1]": false,
	} {
		err := refuse("tcp", ip+":443", nil)
		if (err != nil) != refused {
			t.Errorf("%s: %v", ip, err)
		}
		if err != nil && !strings.Contains(err.Error(), "set lookups.private") {
			t.Errorf("%s: %v does not say what to do", ip, err)
		}
	}
	if err := refuse("tcp", "crm.example:443", nil); err == nil {
		t.Error("a name was taken for an address")
	}
}
