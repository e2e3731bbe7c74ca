// SPDX-License-Identifier: Apache-2.0
// Plots for the report: gnuplot draws them as SVG, which goes inline into the page. gnuplot is named here only.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct plot_series {
  std::string title;
  std::vector<std::pair<double, double>> points;
};

struct plot {
  std::string x, y;  ///< axis titles, with units
  std::vector<plot_series> series;
  std::string style = "lines";       ///< any gnuplot style: "lines", "steps", "boxes"
  std::vector<std::string> ticks{};  ///< names of x = 0, 1, …, where the axis is one of names
};

namespace detail {
/// gnuplot reads double-quoted strings with escapes; single quotes are doubled inside single quotes.
inline std::string gnuplot_quoted(std::string const& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c == '\n' ? ' ' : c);
  return out + "'";
}
}  // namespace detail

/// The plot as SVG text; an error when gnuplot is not installed or refuses.
inline expected<std::string> draw(plot const& p) {
  namespace fs = std::filesystem;
  auto pattern = (fs::temp_directory_path() / "snowcoder-plot-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) return failure(system_error(pattern));
  fs::path const folder = pattern;
  struct cleaner {
    fs::path folder;
    ~cleaner() {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } const cleanup{folder};

  std::ofstream script(folder / "plot.gp");
  script << "set terminal svg size 720,320 font 'sans-serif,12' noenhanced dynamic background 'white'\n"
         << "set output '" << (folder / "plot.svg").string() << "'\n"
         << "set xlabel " << detail::gnuplot_quoted(p.x) << "\nset ylabel " << detail::gnuplot_quoted(p.y)
         << "\nset grid lc rgb '#dddddd'\nset border lc rgb '#888888'\nset key outside right top\n";
  if (p.style == "boxes") script << "set style fill solid 0.7\nset boxwidth 0.8 relative\nset yrange [0:*]\n";
  if (!p.ticks.empty()) {
    script << "set xtics rotate by -40 (";
    for (std::size_t i = 0; i < p.ticks.size(); ++i)
      script << (i ? ", " : "") << detail::gnuplot_quoted(p.ticks[i]) << ' ' << i;
    script << ")\n";
  }
  script << "plot ";
  static constexpr std::array colours{"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b"};
  for (std::size_t i = 0; i < p.series.size(); ++i) {
    auto const data = folder / fmt::format("{}.dat", i);
    std::ofstream out(data);
    for (auto [x, y] : p.series[i].points)
      if (std::isfinite(x) && std::isfinite(y)) out << fmt::format("{} {}\n", x, y);
    script << (i ? ", " : "") << "'" << data.string() << "' using 1:2 with " << p.style << " lw 1.5 lc rgb '"
           << colours[i % colours.size()] << "' title " << detail::gnuplot_quoted(p.series[i].title);
  }
  script << "\n";
  script.close();
  auto const command = "gnuplot '" + (folder / "plot.gp").string() + "' > '" + (folder / "log").string() + "' 2>&1";
  std::ifstream svg;
  if (std::system(command.c_str()) == 0) svg.open(folder / "plot.svg");
  std::stringstream text;
  text << svg.rdbuf();
  auto const begin = text.str().find("<svg");
  if (begin == std::string::npos) return failure("no plot was drawn", "gnuplot", "install gnuplot-nox");
  return text.str().substr(begin);
}

}  // namespace snowcoder::pipeline
