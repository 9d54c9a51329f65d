#!/bin/sh
# Installs the Debian packages that Parley is built with and, with "test", those
# that its tests call it with. Says what it does; does nothing when all are there.
set -eu

build="gcc libc6-dev flite1-dev espeak-ng"
test="sip-tester baresip-core sox tshark kamailio asterisk-core-sounds-en-wav postgresql"

wanted=$build
[ "${1:-}" = test ] && wanted="$build $test"

for tool in go npm; do
	command -v $tool >/dev/null 2>&1 || { echo "deps: $tool is missing: install it first (go 1.26 or newer from go.dev/dl, npm from nodejs.org or Debian)" >&2; exit 1; }
done

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps: this is not Debian or Ubuntu; make sure that you have the likes of: $wanted" >&2
	exit 0
fi

missing=
for p in $wanted; do
	dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || { echo "deps: these packages are missing and this is not root:$missing
deps: run as root: apt-get install$missing" >&2; exit 1; }
	sudo=sudo
fi
echo "deps: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# tshark asks whether everybody may capture; the tests read files only.
run() { $sudo env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "deps: $* failed, see above" >&2; exit 1; }; }
run apt-get update
# shellcheck disable=SC2086 # a list of words
run apt-get install -y --no-install-recommends $missing
# Debian starts kamailio on port 5060 once it is installed; the tests run their own.
case "$missing" in
*kamailio*) [ ! -d /run/systemd/system ] || run systemctl disable --now kamailio ;;
esac
# and PostgreSQL likewise.
case "$missing" in
*postgresql*) [ ! -d /run/systemd/system ] || run systemctl disable --now postgresql ;;
esac
echo "deps: done"
