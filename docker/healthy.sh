#!/bin/bash
# Asks /healthz with what a slim image has: bash. Exit code 0: healthy.
#   parley-healthy [HOST [PORT]]
set -eu
exec 3<>"/dev/tcp/${1:-127.0.0.1}/${2:-8080}"
printf 'GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
