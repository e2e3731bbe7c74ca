#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that snowcoder needs and that are missing: packages.sh [tests]
# As root or through sudo. Prints what it does; does nothing when everything is there. No package source is changed.
set -euo pipefail
wanted=(build-essential cmake ninja-build pkg-config ca-certificates python3
        libexpected-dev nlohmann-json3-dev libsimdjson-dev libfmt-dev libspdlog-dev libcli11-dev zlib1g-dev libzstd-dev zstd
        libarchive-dev libgit2-dev libuchardet-dev libcurl4-openssl-dev libcpp-httplib-dev libseccomp-dev librange-v3-dev libxtensor-dev
        libdnnl-dev ocl-icd-opencl-dev libopenmpi-dev openmpi-bin gnuplot-nox)
case ${1:-} in
  tests) wanted+=(catch2 git libsentencepiece-dev) ;;
  quickstart) wanted+=(dpkg-dev python3-pip) ;;
esac
missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get > /dev/null || { echo "this is not a Debian system; install by hand: ${missing[*]}" >&2; exit 1; }
root=(); if [ "$(id -u)" != 0 ]; then root=(sudo); fi
echo "installing ${#missing[@]} packages: ${missing[*]}"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
