#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Downloads Debian source packages as repositories: fetch_sources.sh LIST OUT
#
# LIST holds lines "name [version]"; without a version, or where it is gone, the one on offer is taken, and that is said.
# OUT/<name>/ is the unpacked tree. The user's own package sources are not changed: apt reads a private configuration below OUT/.apt.
# Exit code 0 when at least one repository is there. One download at a time; a second run fetches only what is missing.
set -euo pipefail
list=$(realpath "$1"); out=$(realpath -m "$2"); apt=$out/.apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"

command -v dpkg-source > /dev/null || { echo "dpkg-source is missing: install dpkg-dev" >&2; exit 1; }
codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-bookworm}")
apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 2> /dev/null | sort -u |
  awk -v key=/usr/share/keyrings/debian-archive-keyring.gpg '/debian/ { print "deb-src [signed-by=" key "] " $1 " " $2 " main" }' |
  grep -E " $codename(-updates|-security)? main" > "$apt/sources.list" || true
[ -s "$apt/sources.list" ] || { echo "no Debian package source is configured on this machine" >&2; exit 1; }
options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$apt/lists"
         -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root -o Acquire::Retries=2)
# A list that could not be had is a warning to apt; here it is asked for again by the next run.
if [ ! -f "$apt/updated" ] && apt-get "${options[@]}" -o APT::Update::Error-Mode=any -qq update; then touch "$apt/updated"; fi

have=0
while read -r name version _; do
  case $name in ''|\#*) continue;; esac
  if [ ! -f "$out/.done-$name" ]; then
    work=$out/.fetch-$name; rm -rf "$work" "${out:?}/$name"; mkdir -p "$work"
    wanted=$name${version:+=$version}
    if ! (cd "$work" && { apt-get "${options[@]}" source -qq --download-only --only-source "$wanted" ||
                          apt-get "${options[@]}" source -qq --download-only --only-source "$name"; }) > "$work/log" 2>&1; then
      echo "  not available: $name ($(sed -n 's/^E: //p' "$work/log" | grep -v 'some archives' | tail -n 1))"; rm -rf "$work"; continue
    fi
    dsc=$(find "$work" -name '*.dsc' | head -1)
    if ! dpkg-source --no-check --no-copy --skip-patches -x "$dsc" "$out/$name" >> "$work/log" 2>&1; then
      echo "  does not unpack: $name"; rm -rf "$work" "${out:?}/$name"; continue
    fi
    basename "$dsc" .dsc > "$out/.done-$name"
    rm -rf "$work"
  fi
  got=$(cat "$out/.done-$name") wanted=${name}_${version#*:}  # names of files have no epoch
  [ -n "$version" ] || wanted=$got
  if [ "$got" = "$wanted" ]; then echo "  $got"; else echo "  $got, not $wanted, which is gone: the corpus is not that of others"; fi
  have=$((have + 1))
done < "$list"
[ "$have" -gt 0 ]
