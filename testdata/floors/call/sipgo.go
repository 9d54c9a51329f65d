package call

import _ "github.com/emiago/sipgo/sip"
