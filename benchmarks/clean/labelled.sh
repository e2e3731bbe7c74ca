#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# benchmarks/clean/labelled.sh FOLDER [SCRATCH]: source files by language, where whoever wrote them says which: a kernel's headers
# are C, a Prolog system's library is no Perl, translations of a Qt program are no TypeScript. No tool and no content decides.
#
#   FOLDER/<language>/<package>/<path in the package>     languages as in config/language.hpp, and "other"
#
# Takes the files out of Debian's packages and source packages, by name (some 220 MB, kept in SCRATCH); of large ones an even
# share. What the mirror does not have is left out and named. Needs apt-get, dpkg-deb, and lines deb-src for the sources.
set -euo pipefail
folder=${1:?usage: labelled.sh FOLDER [SCRATCH]}
scratch=${2:-$folder.packages}
mkdir -p "$folder" "$scratch"
folder=$(realpath "$folder")
cd "$scratch"

# Unpacks a package into SCRATCH/tree/NAME, once.
unpack() {
  local name=$1 kind=$2 archive
  [ -d "tree/$name" ] && return
  archive=$(find . -maxdepth 1 -name "${name}_*.deb" -o -maxdepth 1 -name "${name}_*.orig.tar.*" | head -1)
  if [ -z "$archive" ]; then
    if [ "$kind" = source ]; then apt-get source -q --download-only "$name" > /dev/null 2>&1 || true
    else apt-get download -q "$name" > /dev/null 2>&1 || true; fi
    archive=$(find . -maxdepth 1 -name "${name}_*.deb" -o -maxdepth 1 -name "${name}[_-]*.orig.tar.*" | head -1)
  fi
  if [ -z "$archive" ]; then echo "labelled.sh: $name cannot be fetched, its files are left out" >&2; mkdir -p "tree/$name"; return; fi
  mkdir -p "tree/$name.part"
  case $archive in
    *.deb) dpkg-deb -x "$archive" "tree/$name.part" ;;
    *) tar -xf "$archive" -C "tree/$name.part" --strip-components=1 ;;
  esac
  mv "tree/$name.part" "tree/$name"
}

# take LANGUAGE MOST PACKAGE[/source] REGEX [BUT]: the files whose path in the package matches REGEX and not BUT, at most MOST.
take() {
  local language=$1 most=$2 package=${3%/source} kind=binary list count
  [ "$3" = "$package" ] || kind=source
  unpack "$package" "$kind"
  list=$(cd "tree/$package" && find . -type f -size -512k -size +0 -regextype posix-extended -regex "./$4" | LC_ALL=C sort)
  [ -z "${5:-}" ] || list=$(grep -vE "$5" <<< "$list" || true)
  [ -n "$list" ] || return 0
  count=$(wc -l <<< "$list")
  list=$(awk -v n="$count" -v most="$most" 'n <= most || int(NR * most / n) != int((NR - 1) * most / n)' <<< "$list")
  mkdir -p "$folder/$language/$package"
  (cd "tree/$package" && tar -cf - --no-recursion -T - <<< "$list") | tar -xf - -C "$folder/$language/$package" --no-same-owner
}

# C: headers and sources of what is written in C. Left out: the few headers in it that are C++ (a twin of LLVM's, typeof, etip), and
# Ruby's, whose mode lines say C++.
take c 700 linux-libc-dev '.*\.h'
take c 1500 linux-headers-6.1.0-56-common '.*\.h'
for package in libglib2.0-dev libssl-dev postgresql-server-dev-15 libpython3.11-dev libx11-dev libavcodec-dev libgsl-dev \
               libgtk-3-dev libncurses-dev tcl8.6-dev; do
  take c 300 "$package" '.*/include/.*\.h' '/etip\.h|/curses(app|f|m|p|w)\.h|/cursslk|/glib-typeof|/SectionMemoryManager'
done
take c 300 lua5.4/source 'src/.*\.[ch]'
take c 300 zlib/source '[^/]*\.[ch]'
take c 500 git/source '[^/]*\.[ch]'
take c 200 thrift/source 'lib/c_glib/(src|test)/.*\.[ch]'
take c 200 nasm/source '(asm|nasmlib|output|include|x86|common|disasm|stdlib)/.*\.[ch]'
take c 100 jansson/source 'src/.*\.[ch]'

# C++: headers called .h, headers without an ending, and what has an ending of its own. Left out: what is made for C too (Boost.Predef)
# and copies of C libraries.
take cpp 475 libeigen3-dev '.*/(Eigen|unsupported)/.*\.h'
take cpp 60 libeigen3-dev '.*/Eigen/[^./]*' '/signature_of'
take cpp 400 libboost1.74-dev '.*\.(ipp|h)' '/predef/'
take cpp 300 libboost1.74-dev '.*\.hpp'
take cpp 500 qtbase5-dev '.*/include/.*\.h' '/qopengles|/qopenglext'
take cpp 290 libabsl-dev '.*\.(h|inc)'
take cpp 91 libprotobuf-dev '.*\.(h|inc)'
take cpp 500 wx3.2-headers '.*\.h'
take cpp 600 libvtk9-dev '.*/include/.*\.(h|hxx|txx)' '/vtkm?_?[a-z0-9]*/(include|vtk[a-z0-9]+)/.*[a-z0-9_]+\.h$|/thirdparty/'
take cpp 500 libcgal-dev '.*/include/.*\.h'
take cpp 318 libstdc++-12-dev '.*/include/c\+\+/.*\.(h|tcc)'
take cpp 150 libstdc++-12-dev '.*/include/c\+\+/12/[a-z_]+'
take cpp 371 libdune-common-dev '.*\.hh'
take cpp 246 libdune-grid-dev '.*\.hh'
take cpp 136 libglm-dev '.*\.inl'
take cpp 300 protobuf/source 'src/google/.*\.(h|cc)'
take cpp 300 thrift/source '(lib/cpp|compiler/cpp)/.*\.(h|cpp|cc|tcc)' '/wingetopt|/windows/'
take cpp 300 keepassxc/source 'src/.*\.(h|cpp)' '/mac|/zxcvbn|/thirdparty/|Mac'
take cpp 300 kwin/source 'src/.*\.(h|cpp)'
take cpp 200 tiled/source 'src/(tiled|libtiled)/.*\.(h|cpp)'
take cpp 200 icinga2/source 'lib/.*\.(hpp|cpp)'
take cpp 60 r-cran-dplyr/source 'src/.*\.(h|cpp)'

# Objective-C, MATLAB, Prolog, Perl, Qt's and Tiled's XML, Pascal, POV-Ray, SuperCollider, Ren'Py, R, …: not ours
take other 203 libgnustep-base-dev '.*/include/.*\.h'
take other 382 libgnustep-gui-dev '.*/include/.*\.h'
take other 200 protobuf/source 'objectivec/.*\.(h|m)'
take other 317 octave-statistics '.*\.m'
take other 223 swi-prolog-core '.*\.pl'
take other 500 perl-modules-5.36 '.*\.p[lm]'
take other 200 keepassxc/source 'share/translations/.*\.ts'
take other 200 qbittorrent/source 'src/.*\.ts'
take other 100 tiled/source 'translations/.*\.ts'
take other 100 tiled/source 'examples/.*\.tsx'
take other 600 fpc-source-3.2.2 '.*\.inc'
take other 39 povray-includes '.*\.inc'
take other 349 supercollider-common '.*\.sc'
take other 312 renpy '.*\.rpy' 
take other 39 renpy-thequestion '.*\.rpy'
take other 100 r-cran-dplyr/source 'R/.*\.R'
take other 100 kwin/source '.*\.(frag|vert|glsl)'
take other 200 thrift/source 'lib/(erl|perl|delphi|ocaml|d|lua|haxe|st|hs|cl)/.*\.(erl|hrl|pm|pl|pas|ml|d|lua|hx|st|lisp)'
take other 30 nasm/source '.*\.p[lmh]'

# The rest
take python 200 renpy '.*\.py'
take python 200 protobuf/source 'python/.*\.py'
take python 100 thrift/source 'lib/py/.*\.py'
take java 300 libcommons-lang3-java/source '.*\.java'
take java 300 antlr4/source '.*\.java'
take java 200 thrift/source 'lib/java.*\.java'
take javascript 300 node-lodash '.*\.js'
take javascript 200 wordpress '.*/wp-(admin|includes)/js/.*\.js'
take javascript 120 jquery/source 'src/.*\.js'
take javascript 100 thrift/source 'lib/(js|nodejs)/.*\.js'
take php 400 wordpress '.*\.php'
take php 300 phpmyadmin '.*\.php'
take php 177 php-twig '.*\.php'
take php 232 roundcube-core '.*\.inc' '/etc/'
take php 152 gosa '.*\.inc'
take csharp 400 keepass2/source '.*\.cs'
take csharp 300 nunit/source '.*\.cs'
take csharp 200 protobuf/source 'csharp/.*\.cs'
take csharp 93 thrift/source 'lib/netstd/.*\.cs'
take csharp 60 dbus-sharp/source '.*\.cs'
take go 300 golang-golang-x-tools-dev '.*\.go'
take go 200 golang-golang-x-net-dev '.*\.go'
take typescript 76 node-typescript '.*\.ts'
take typescript 300 node-lodash '.*\.ts'
take typescript 34 node-undici '.*\.ts'
take typescript 80 flatbuffers/source '.*\.ts'
take typescript 40 thrift/source 'lib/(nodets|ts)/.*\.ts'
take sql 400 postgresql-15-postgis-3-scripts '.*\.sql'
take sql 146 roundcube-core '.*\.sql'
take sql 24 icinga2/source '.*\.sql'
take ruby 248 ruby-activesupport '.*\.rb'
take ruby 142 ruby-actionpack '.*\.rb'
take ruby 93 thrift/source 'lib/rb/.*\.rb'
for package in librust-rayon-dev librust-regex-dev librust-rustix-dev librust-syn-dev librust-tokio-dev; do
  take rust 200 "$package" '.*\.rs'
done
take rust 143 flatbuffers/source '.*\.rs'
take scala 500 scala/source 'src/(library|compiler|reflect)/.*\.scala'
take kotlin 500 kotlin/source '(libraries|compiler)/.*\.kt'
take kotlin 61 flatbuffers/source '.*\.kt'
take kotlin 200 kotlinx-coroutines/source '.*\.kt'
take shell 500 bash-completion '.*/completions/[^./]*'
take shell 33 initscripts '(etc/init\.d/.*|.*\.sh)'
take shell 300 git/source '.*\.(sh|bash|zsh)' 'po2msg'
take swift 70 flatbuffers/source '.*\.swift'
take swift 100 thrift/source 'lib/swift/.*\.swift'
take dart 50 flatbuffers/source '.*\.dart'
take dart 60 thrift/source 'lib/dart/.*\.dart'

for language in "$folder"/*/; do
  printf '%-12s %6d files\n' "$(basename "$language")" "$(find "$language" -type f | wc -l)"
done
