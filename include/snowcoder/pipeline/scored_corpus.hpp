// SPDX-License-Identifier: Apache-2.0
// What the report shows of the scores of one attribute, from one reading of the documents. Memory does not grow with them:
// values lie in a scratch file, and of more than a million files the explanation takes a million, drawn by their ids.
#pragma once

#include <snowcoder/annotate/explanation.hpp>
#include <snowcoder/annotate/text_traits.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/row_file.hpp>
#include <snowcoder/pipeline/html.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The first `lines` lines of a text.
inline std::string opening(std::string const& text, int lines) {
  std::size_t end = 0;
  for (int i = 0; i < lines && end != text.npos; ++i) end = text.find('\n', end == 0 ? 0 : end + 1);
  return end == text.npos ? text : text.substr(0, end) + "\n…";
}

/// The files that rank first by `sign` times their value; `count` of them, the first in front.
class shown_files {
 public:
  shown_files(std::size_t count, double sign) : count_(count), sign_(sign) {}
  void offer(double value, document const& d) {
    std::tuple const key(-sign_ * value, d.id);
    if (files_.size() == count_ && std::tuple(files_.back().order, files_.back().id) <= key) return;
    files_.push_back({-sign_ * value, value, d.id,
                      fmt::format("{:.4f}  {}  {}/{}", value, config::title(d.language), d.repository, d.path),
                      opening(d.text, 40)});
    std::sort(files_.begin(), files_.end(),
              [](auto const& a, auto const& b) { return std::tie(a.order, a.id) < std::tie(b.order, b.id); });
    if (files_.size() > count_) files_.pop_back();
  }
  void show(html_page& page, std::string const& title) const {
    page.heading(title);
    for (auto const& f : files_) page.folded(f.title, f.text);
  }

 private:
  struct file {
    double order, value;
    std::string id, title, text;
  };
  std::size_t count_;
  double sign_;
  std::vector<file> files_;
};

/// The scores of one attribute as the documents stand, and what they were scored of.
struct scored_corpus {
  struct of_language {
    double sum = 0;
    std::int64_t files = 0;
  };
  io::row_file<double> values;
  double least = 0, most = 1;  ///< the range of [0, 1] and all values
  std::map<config::language, of_language> languages{};
  std::vector<annotate::explained_file> explained{};  ///< all, or a draw of them, as the documents stand
  shown_files best{8, 1}, worst{8, -1};

  /// `scratch`: a folder where there is room. `most_explained`: files that the explanation takes.
  static expected<scored_corpus> read(std::filesystem::path const& clean, std::string const& scorer,
                                      std::filesystem::path const& scratch, std::size_t most_explained = std::size_t(1) << 20) {
    SNOWCODER_TRY(auto values, io::row_file<double>::open(scratch));
    scored_corpus c{std::move(values)};
    struct drawn {
      std::uint64_t draw, number;
      annotate::explained_file file;
    };
    std::vector<drawn> kept;
    auto const trim = [&] {
      if (kept.size() <= most_explained) return;
      auto const end = kept.begin() + std::ptrdiff_t(most_explained);
      std::nth_element(kept.begin(), end, kept.end(), [](drawn const& a, drawn const& b) {
        return std::pair(a.draw, a.number) < std::pair(b.draw, b.number);
      });
      kept.erase(end, kept.end());
    };
    draws const order("files that a report explains", 0);
    SNOWCODER_TRY(auto rows, io::attribute_columns<5>::open(
                                 clean, scorer, {"value", "logit_top", "logit_middle", "logit_bottom", "sections"}));
    SNOWCODER_CHECK(io::for_each_document(clean, [&](document&& d) -> expected<void> {
      SNOWCODER_TRY(auto const row, rows.find(d.id));
      auto const [value, top, middle, bottom, sections] = row;
      if (std::isnan(value)) return {};
      annotate::explained_file f{value, d.language, annotate::traits_of(d.text, d.language), {}};
      if (!std::isnan(top + middle + bottom) && sections == 3) f.logits = {float(top), float(middle), float(bottom)};
      kept.push_back({order(hash64(d.id)), c.values.rows(), f});
      if (kept.size() >= 2 * most_explained) trim();
      c.least = std::min(c.least, value);
      c.most = std::max(c.most, value);
      auto& here = c.languages[d.language];
      here.sum += value;
      ++here.files;
      c.best.offer(value, d);
      c.worst.offer(value, d);
      return c.values.append(value);
    }));
    SNOWCODER_CHECK(c.values.finish());
    trim();
    std::sort(kept.begin(), kept.end(), [](drawn const& a, drawn const& b) { return a.number < b.number; });
    for (auto const& k : kept) c.explained.push_back(k.file);
    return c;
  }
  std::int64_t files() const { return std::int64_t(values.rows()); }

  /// Twenty equal bins of [0, 1], or of the range of a regressor.
  expected<plot> histogram() const {
    std::array<double, 20> bins{};
    SNOWCODER_CHECK(values.for_each([&](double v) -> expected<void> {
      bins[std::min<std::size_t>(19, std::size_t((v - least) / (most - least) * 20))] += 1;
      return {};
    }));
    plot p{"score", "files", {{"", {}}}, "boxes"};
    for (std::size_t i = 0; i < bins.size(); ++i)
      p.series[0].points.emplace_back(least + (double(i) + 0.5) * (most - least) / 20, bins[i]);
    return p;
  }
};

}  // namespace snowcoder::pipeline::detail
