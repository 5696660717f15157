#!/bin/sh
# What the Docker image does, a step a command, so that the tests can do the same:
#   image.sh packages     as root: what comes from Debian
#   image.sh setup        as the user: the library, the Python environment, and a first use of the tensor library,
#                         after which nothing needs the internet
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
case ${1:-} in
  packages)
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates fontconfig fonts-dejavu-core git maven openjdk-17-jdk-headless python3 python3-venv tini
    rm -rf /var/lib/apt/lists/*
    ;;
  setup)
    "$project/environment/tina" setup
    "$project/environment/tina" generate --model mini --prompt "Ann has 2 shells, finds 3. How many now?" >/dev/null
    ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 1 ;;
esac
