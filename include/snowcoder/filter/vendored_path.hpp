// SPDX-License-Identifier: Apache-2.0
// Other people's code that lies in a repository: folders of fetched packages and copies of well-known scripts. Facts of
// linguist's vendor.yml, release 7.22.1 (Copyright GitHub, Inc., MIT licence), written down anew. No published chain drops
// these files (of vendor folders go-enry's IsGenerated takes Go's, filter/generated_name.hpp): it is a signal, and a filter for
// those who want it.
#pragma once

#include <snowcoder/filter/document_filter.hpp>
#include <snowcoder/filter/path_pattern.hpp>

#include <string_view>

namespace snowcoder::filter {

namespace detail {

struct vendored {
  static constexpr std::string_view patterns =
      // folders
      "/cache/ ^[Dd]ependencies/ /dist/ ^deps/ /node_modules/ /.yarn/{releases,plugins,sdks,versions,unplugged}/ "
      "/bower_components/ "
      "/Godeps/_workspace/ /testdata/ {3rd,Third,third}{,-,_}[Pp]arty/ /vendor{,s}/ /[Ee]xtern{,al,als}/ /[Vv]endor/ ^debian/ "
      "/bootstrap-datepicker/ /.vscode/ /ace-builds/ /MathJax/ /tiny_mce/{langs,plugins,themes,utils} "
      "/[Cc]ode[Mm]irror/{lib,mode,theme,addon,keymap,demo} /[Cc]ode[Mm]irror/#.#/{lib,mode,theme,addon,keymap,demo} "
      "/doc{,s}/{,_}{build,theme,themes,template,templates,static}/ /admin_media/ /env/ .xctemplate/ .imageset/ /Carthage/ "
      "/Sparkle/ /Crashlytics.framework/ /Fabric.framework/ /BuddyBuildSDK.framework/ /Realm.framework /RealmSwift.framework "
      "/gradle/wrapper/ /.mvn/wrapper/ /[Pp]ackages/*.#/ /[Tt]est{,s}/fixtures/ /[Ss]pec{,s}/fixtures/ /vignettes/ "
      "/inst/extdata/ "
      "/puphpet/ /.google_apis/ /.github/ "
      "/extjs/{.sencha,docs,builds,cmd,examples,locale,packages,plugins,resources,src,welcome}/ "
      // build programs and settings
      "/configure$ /config.guess$ /config.sub$ /aclocal.m4 /libtool.m4 /ltoptions.m4 /ltsugar.m4 /ltversion.m4 /lt~obsolete.m4 "
      "/dotnet-install.{ps1,sh}$ /cpplint.py /_esy$ ^rebar$ /erlang.mk /.indent.pro /run.n$ /.sublime-project "
      "/.sublime-workspace "
      "/fabfile.py$ /waf$ /.osx$ /.gitattributes$ /.gitignore$ /.gitmodules$ /gradlew{,.bat}$ /mvnw{,.cmd}$ /Vagrantfile$ "
      "/.[Dd][Ss]_[Ss]tore$ /activator{,.bat}$ /proguard.pro$ /proguard-rules.pro$ /Jenkinsfile$ /.gitpod.Dockerfile$ "
      // scripts and style sheets of others
      "{.,-}min.{js,css}$ import.{css,less,scss,styl}$ .d.ts$ -vsdoc.js$ .intellisense.js$ "
      "/bootstrap:.{js,css,less,scss,styl}$ "
      "/bootstrap:.*.{js,css,less,scss,styl}$ /custom.bootstrap*{js,css,less,scss,styl}$ "
      "/font{,-}awesome.{css,less,scss,styl}$ "
      "/font{,-}awesome/*.{css,less,scss,styl}$ /foundation.{css,less,scss,styl}$ /normalize.{css,less,scss,styl}$ "
      "/skeleton.{css,less,scss,styl}$ /[Bb]ourbon/*.{css,less,scss,styl}$ /animate.{css,less,scss,styl}$ "
      "/materialize.{css,less,scss,styl,js}$ /select2/*.{css,scss,js}$ /bulma.{css,sass,scss}$ /jquery%.js$ /jquery-#.#.js$ "
      "/jquery-#.#.#.js$ /jquery-ui.{js,css}$ /jquery-ui.@.{js,css}$ /jquery-ui-#.#.{js,css}$ /jquery-ui-#.#.@.{js,css}$ "
      "/jquery-ui-#.#.#.@.{js,css}$ /jquery.{ui,effects}.%.{js,css}$ /jquery.fn.gantt.js /jquery.fancybox.{js,css} /fuelux.js "
      "/jquery.fileupload.js$ /jquery.fileupload-@.js$ /jquery.dataTables.js /bootbox.js /pdf.worker.js /slick.@.js$ "
      "/Leaflet.Coordinates-#.#.#.src.js$ /leaflet.draw-src.js /leaflet.draw.css /Control.FullScreen.{css,js} /leaflet.spin.js "
      "/wicket-leaflet.js /prototype*.js$ /effects.js$ /controls.js$ /dragdrop.js$ /mootools%#.#.#%.js$ /dojo.js$ "
      "/MochiKit.js$ "
      "/yahoo-%.js$ /yui%.js$ /ckeditor.js$ /tiny_mce%.js$ /fontello*.css$ /Chart.js$ /shBrush%.js$ /shCore.js$ /shLegacy.js$ "
      "/angular%.js$ /d3%.js$ /d3.v#%.js$ /react.js$ /react-%.js$ /flow-typed/*.js$ /modernizr-#.#.js$ /modernizr-#.#.#.js$ "
      "/modernizr.custom.#.js$ /knockout-#.#.#.{,debug.}js$ /jquery%.validate{,.unobtrusive}.js$ /jquery%.unobtrusive-ajax.js$ "
      "/[Mm]icrosoft{,Mvc,mvc}{Ajax,ajax,Validation,validation}{,.debug}.js$ /extjs/*.{js,xml,txt,html,properties}$ "
      "/html5shiv.js$ /cordova%.js$ /cordova-#.#.js$ /cordova-#.#.#.js$ /foundation.js$ /foundation.*.js$ /octicons.css "
      "/sprockets-octicons.scss";
};
inline constexpr path_patterns<vendored> vendored_paths;

}  // namespace detail

/// Does linguist count the file at this path as somebody else's? The path is relative to the repository.
constexpr bool is_vendored(std::string_view path) { return detail::vendored_paths.found_in(path); }

struct not_vendored {
  static constexpr std::string_view name = "not_vendored";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) { return !is_vendored(s.path); }
  static constexpr std::string text() { return std::string(name); }
};

static_assert(document_filter<not_vendored>);
static_assert(is_vendored("a/vendor/x.c") && is_vendored("jquery-3.6.0.min.js") && !is_vendored("src/vendored.c"));

}  // namespace snowcoder::filter
