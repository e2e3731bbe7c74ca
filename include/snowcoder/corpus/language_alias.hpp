// SPDX-License-Identifier: Apache-2.0
// Names that people and editors give languages: what stands in an editor's mode line or in the `lang` column of a data set.
// Facts of linguist's languages.yml, release 7.22.1 (Copyright GitHub, Inc., MIT licence), written down anew; spellings of
// StarCoderData's folders added. Names of languages that are not trained on are kept, so that a file that calls itself one of
// them is not taken for something else.
#pragma once

#include <snowcoder/corpus/word_table.hpp>

namespace snowcoder::corpus {

namespace detail {

/// In small letters, "-" for blanks. Dialects count as their language: SQL of databases, JSX in TypeScript, ebuilds.
inline constexpr std::array language_names{
    language_words{config::language::python, "python python3 rusthon easybuild"},
    language_words{config::language::java, "java"},
    language_words{config::language::cpp, "c++ cpp"},
    language_words{config::language::c, "c"},
    language_words{config::language::javascript, "javascript js node"},
    language_words{config::language::php, "php inc"},
    language_words{config::language::csharp, "c# csharp c-sharp cake cakescript"},
    language_words{config::language::go, "go golang"},
    language_words{config::language::typescript, "typescript ts tsx"},
    language_words{config::language::sql, "sql plpgsql plsql sqlpl tsql t-sql"},
    language_words{config::language::ruby, "ruby rb jruby macruby rake rbx"},
    language_words{config::language::rust, "rust rs"},
    language_words{config::language::jupyter_notebook,
                   "jupyter-notebook ipython-notebook jupyter-scripts-dedup-filtered jupyter-structured-text-cells"},
    language_words{config::language::scala, "scala"},
    language_words{config::language::kotlin, "kotlin"},
    language_words{
        config::language::shell,
        "shell sh bash zsh shell-script abuild alpine-abuild apkbuild gentoo-ebuild gentoo-eclass openrc openrc-runscript"},
    language_words{config::language::dart, "dart"},
    language_words{config::language::swift, "swift"},
    language_words{config::language::other,
                   "1c-enterprise 2-dimensional-array 4d abap abap-cds abl abnf acfm aconf actionscript actionscript-3 "
                   "actionscript3 ada ada2005 ada95 adobe-composite-font-metrics adobe-font-metrics "
                   "adobe-multiple-font-metrics advpl afdko agda ags ags-script ahk aidl al alloy altium altium-designer amfm "
                   "ampl amusewiki angelscript ant-build-system antlers antlr apache apacheconf apex api-blueprint apl "
                   "apollo-guidance-computer applescript arc arexx as3 ascii-stl asciidoc asl asm asn.1 asp asp.net aspectj "
                   "aspx aspx-vb assembly astro asymptote ats ats2 au3 augeas autoconf autohotkey autoit autoit3 autoitscript "
                   "avro-idl awk b3d ballerina bash-session basic bat batch batchfile bazel be beef befunge berry bibtex "
                   "bicep bikeshed bison bitbake blade blitz3d blitzbasic blitzmax blitzplus bluespec bmax boo boogie bplus "
                   "brainfuck brighterscript brightscript bro browserslist bsdmake byond bzl c++-objdump c-objdump c2hs "
                   "c2hs-haskell cabal cabal-config cadence cairo cameligo cap'n-proto cap-cds carto cartocss cds ceylon cfc "
                   "cfm cfml chapel charity checksum checksums chpl chuck cil cirru clarion clarity classic-asp clean click "
                   "clipper clips clojure closure-templates cloud-firestore-security-rules cmake cobol coccinelle codeowners "
                   "codeql coffee coffee-script coffeescript coldfusion coldfusion-cfc coldfusion-html collada common-lisp "
                   "common-workflow-language component-pascal conll conll-u conll-x console containerfile cool coq cperl "
                   "cpp-objdump creole crystal cson csound csound-csd csound-document csound-orc csound-sco csound-score css "
                   "csv cucumber cuda cue cue-sheet curl-config curlrc curry cweb cwl cycript cython d d-objdump dafny "
                   "darcs-patch dataweave dcl debian-package-control-file delphi denizenscript desktop dhall diff "
                   "digital-command-language dircolors directx-3d-file django dlang dm dns-zone dockerfile dogescript "
                   "dosbatch dosini dpatch dtrace dtrace-script dylan e e-mail eagle earthfile earthly ebnf ec ecere-projects "
                   "ecl eclipse ecr editor-config editorconfig edje-data-collection edn eeschema-schematic eex eiffel ejs "
                   "elisp elixir elm emacs emacs-lisp emacs-muse email emberscript eml eq erb erlang euphoria f# f* factor "
                   "fancy fantom faust fb fennel figfont figlet-font filebench-wml filterscript fish flex fluent flux "
                   "formatted forth fortran fortran-free-form foxpro freebasic freemarker frege fsharp fstar ftl fundamental "
                   "futhark g-code game-maker-language gaml gams gap gas gcc-machine-description gdb gdscript gedcom "
                   "gemfile.lock genero genero-forms genie genshi geojson gerber-image gettext-catalog gf gherkin "
                   "git-attributes git-blame-ignore-revs git-config git-ignore git-revision-list gitattributes gitconfig "
                   "gitignore gitmodules gleam glsl glyph glyph-bitmap-distribution-format gn gnu-asm gnuplot go-checksums "
                   "go-mod go-module go-sum go.mod go.sum golo gosu grace gradle grammatical-framework "
                   "graph-modeling-language graphql graphviz-(dot) groff groovy groovy-server-pages gsc gsp hack haml "
                   "handlebars haproxy harbour hash hashes hashicorp-configuration-language haskell haxe hbs hcl heex help "
                   "hiveql hlsl holyc hoon html html+django html+ecr html+eex html+erb html+jinja html+php html+razor "
                   "html+ruby htmlbars htmldjango http hxml hy hylang hyphy i7 idl idris ignore ignore-list igor igor-pro "
                   "igorpro ijm ile-rpg imagej-macro inform-7 inform7 ini inno-setup inputrc io ioke irc irc-log irc-logs "
                   "isabelle isabelle-root j janet jar-manifest jasmin java-properties java-server-page java-server-pages "
                   "javascript+erb jest-snapshot jetbrains-mps jflex jinja jison jison-lex jolie jq json json-with-comments "
                   "json5 jsonc jsoniq jsonl jsonld jsonnet jsp julia kaitai-struct kak kakounescript kakscript keyvalues "
                   "kicad-layout kicad-legacy-layout kicad-schematic kit krl ksy kusto kvlang labview lark lasso lassoscript "
                   "latex latte lean leex less less-css lex lfe lhaskell lhs ligolang lilypond limbo linker-script "
                   "linux-kernel-module liquid lisp litcoffee literate-agda literate-coffeescript literate-haskell "
                   "live-script livescript llvm logos logtalk lolcode lookml loomscript ls lsl ltspice-symbol lua m m2 m4 "
                   "m4sugar m68k macaulay2 mail make makefile mako man man-page manpage markdown marko markojs mask "
                   "mathematica matlab maven-pom max max/msp maxmsp maxscript mbox mcfunction mdoc mediawiki mercury meson "
                   "metal mf microsoft-developer-studio-project microsoft-visual-studio-solution minid miniyaml mint mirah "
                   "mirc-script mlir mma modelica modula-2 modula-3 module-management-system monkey monkey-c moocode "
                   "moonscript motoko motorola-68k-assembly move mps mql4 mql5 mtml muf mumps mupad muse mustache myghty "
                   "nanorc nasal nasl nasm ncl ne-on nearley nemerle neon neosnippet nesc netlinx netlinx+erb netlogo "
                   "nette-object-notation newlisp nextflow nginx nginx-configuration-file nim ninja nit nix nixos njk nl "
                   "npm-config npmrc nroff nsis nu numpy nunjucks nush nvim nwscript obj-c obj-c++ obj-j objc objc++ objdump "
                   "object-data-instance-notation objective-c objective-c++ objective-j objectivec objectivec++ objectivej "
                   "objectpascal objectscript objj ocaml octave odin odin-lang odinlang omgrofl oncrpc ooc opa opal "
                   "open-policy-agent opencl openedge openedge-abl openqasm openscad openstep-property-list "
                   "opentype-feature-file org osascript ox oxygene oz p4 pan pandoc papyrus parrot parrot-assembly "
                   "parrot-internal-representation pascal pasm pawn pcbnew peg.js pep8 perl perl-6 perl6 pic pickle picolisp "
                   "piglatin pike pir plain-text plantuml pod pod-6 pogoscript pony portugol posh postcss postscr postscript "
                   "pot pov-ray pov-ray-sdl povray powerbuilder powershell prisma processing procfile progress proguard "
                   "prolog promela propeller-spin protobuf protobuf-text-format protocol-buffer protocol-buffer-text-format "
                   "protocol-buffers public-key pug puppet pure-data purebasic purescript pwsh pycon pyrex python-console "
                   "python-traceback q q# ql qmake qml qsharp qt-script quake r racket ragel ragel-rb ragel-ruby raku raml "
                   "rascal raw raw-token-data razor rdoc readline readline-config realbasic reason reasonligo rebol "
                   "record-jar red red/system redcode redirect-rules redirects regex regexp regular-expression ren'py "
                   "renderscript renpy rescript restructuredtext rexx rhtml rich-text-format ring riot rmarkdown "
                   "robotframework robots robots-txt robots.txt roff roff-manpage rouge routeros-script rpc rpcgen rpgle "
                   "rpm-spec rs-274x rscript rss rst runoff sage salt saltstack saltstate sas sass scaml scheme scilab scss "
                   "sed self selinux-kernel-policy-language selinux-policy sepolicy shaderlab shellcheck-config shellcheckrc "
                   "shellsession shen sieve singularity slash slice slim smali smalltalk smarty sml smpl smt snipmate snippet "
                   "solidity soong sourcemod sourcepawn soy sparql specfile spline-font-database splus sqf sqlrpgle squeak "
                   "squirrel srecode-template ssh-config stan standard-ml star starlark stata stl stla ston stringtemplate "
                   "stylus subrip-text sugarss sum sums supercollider svelte svg swig systemverilog talon tcl tcsh tea terra "
                   "terraform tex texinfo text text-proto textile textmate-properties thrift ti-program tl tla tm-properties "
                   "toml topojson troff tsv turing turtle twig txl type-language udiff ultisnip ultisnips unified-parallel-c "
                   "unity3d-asset unix-asm unix-assembly uno unrealscript ur ur/web urweb v vala valve-data-format vb-.net "
                   "vb.net vb6 vba vbnet vbscript vcl vdf velocity velocity-template-language verilog vhdl vim vim-help-file "
                   "vim-script vim-snippet vimhelp viml visual-basic visual-basic-.net visual-basic-6 "
                   "visual-basic-for-applications vlang volt vtl vtt vue vyper wasm wast wavefront-material wavefront-object "
                   "wdl web-ontology-language webassembly webidl webvtt wget-config wgetrc whiley wiki wikitext "
                   "win32-message-file winbatch windows-registry-entries wisp witcher-script wl wolfram wolfram-lang "
                   "wolfram-language wollok world-of-warcraft-addon-data wren wrenlang wsdl x-bitmap x-font-directory-index "
                   "x-pixmap x10 xbase xbm xc xcompose xdr xhtml xml xml+genshi xml+kid xml-property-list xojo xonsh xpages "
                   "xpm xproc xquery xs xsd xsl xslt xten xtend yacc yaml yang yara yas yasnippet yml yul zap zeek zenscript "
                   "zephir zig zil zimpl"}};

inline constexpr auto names_by_word = sorted_words<count_words(language_names)>(language_names);
static_assert(words_differ(names_by_word));

}  // namespace detail

/// From any name of a language, in any case: "C++", "cpp", "golang", "Jupyter Notebook". `other` for a language that is not
/// one of ours, nothing for a word that is no name.
constexpr std::optional<config::language> language_called(std::string_view name) {
  return detail::find_word(detail::names_by_word, detail::small_letters<48>(name, '-').view());
}

static_assert(language_called("Jupyter Notebook") == config::language::jupyter_notebook);
static_assert(language_called("C-Sharp") == config::language::csharp && language_called("Perl") == config::language::other);
static_assert(!language_called("c-basic-offset"));

}  // namespace snowcoder::corpus
