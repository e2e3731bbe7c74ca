// SPDX-License-Identifier: Apache-2.0
// The algorithms that a GPU's matrix products were measured to be quickest with, beside a phase's checkpoints: another process
// may measure otherwise, and another algorithm rounds its sums in other places. Who goes on takes the same ones, and a phase
// begins with those of the phase before it.
//
//   products.json: {"made_by": library and GPU, "products": {"what is multiplied": "the library's description, hexadecimal"}}
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// For devices that plan their products (product_plans()); for others it does nothing.
template <class Backend>
class product_choices {
  static constexpr bool plans = requires(Backend & d) { d.product_plans().choices(); };

 public:
  /// `folder` holds a phase's checkpoints.
  product_choices(Backend& device, std::filesystem::path const& folder) : device_(device), file_(folder / name) {}

  /// Before the first product of a phase: its own choices, else those of `before`, the folder of the phase that it goes on
  /// from.
  expected<void> recall(run_context& run, std::filesystem::path const& before) {
    if constexpr (plans) {
      auto const from = std::filesystem::exists(file_) ? file_ : before.empty() ? before : before / name;
      if (from.empty() || !std::filesystem::exists(from)) return {};
      SNOWCODER_TRY(auto const kept, io::read_json(from));
      if (io::text_or(kept, "made_by") != device_.product_plans().made_by()) {
        run.say("note: another GPU or library than that of " + from.string() +
                ": products are measured again, sums may differ in their last bits");
        return {};
      }
      decltype(device_.product_plans().choices()) choices;
      auto const products = io::value_or_null(kept, "products");
      for (auto const& [product, words] : products.items()) {
        SNOWCODER_TRY(auto const algorithm, parse(words.is_string() ? words.template get<std::string>() : "", from));
        choices.push_back({product, algorithm});
      }
      device_.product_plans().recall(choices);
      if (from == file_) kept_ = choices.size();
    }
    return {};
  }

  /// Writes the file where there is something new. Before anything that depends on the choices is written.
  expected<void> keep() {
    if constexpr (plans) {
      auto const choices = device_.product_plans().choices();
      if (choices.size() == kept_) return {};
      io::json all{{"made_by", device_.product_plans().made_by()}, {"products", io::json::object()}};
      for (auto const& c : choices) {
        std::string words;
        for (auto w : c.algorithm) words += fmt::format("{:016x}", w);
        all["products"][c.product] = words;
      }
      SNOWCODER_CHECK(io::write_json(file_, all));
      kept_ = choices.size();
    }
    return {};
  }

 private:
  static constexpr char name[] = "products.json";

  static expected<std::array<std::uint64_t, 8>> parse(std::string const& words, std::filesystem::path const& from) {
    std::array<std::uint64_t, 8> values{};
    if (words.size() != 16 * values.size() || words.find_first_not_of("0123456789abcdef") != words.npos)
      return failure("not an algorithm of a product: " + words.substr(0, 40), from.string(),
                     "remove the file: algorithms are measured again, and sums may differ in their last bits");
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::stoull(words.substr(16 * i, 16), nullptr, 16);
    return values;
  }

  Backend& device_;
  std::filesystem::path file_;
  std::size_t kept_ = 0;  ///< choices in the file
};

}  // namespace snowcoder::pipeline
