// SPDX-License-Identifier: Apache-2.0
// How exact a GPU's sums of bfloat16 products are, by their depth: product_error TILE DEEPEST. Multiplies drawn matrices as
// weights' gradients are multiplied (TILE x depth by depth x TILE, bf16 into float) for depths of 512 and its doubles up to
// DEEPEST. Prints a JSON line for each: distances from the sum in double, relative to the root mean square of the exact result,
// beside what two models give (tests/support/cut_sums.hpp): additions that are rounded, and an H100's, which cuts. `inwards` is
// the mean of what sums lack: far from 0 only if something is cut. A small tile may be multiplied in parts that are added
// afterwards, and is more exact then: take one of a weight's size beside it. A last line has the rule that the self-test of
// `train` finds out by asking the device (pipeline/product_sums.hpp): 16 products and 2 bits on an H100, 0 where sums are
// rounded.
#include "support/cut_sums.hpp"

#include <snowcoder/backend/cuda/backend.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/pipeline/product_sums.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

using namespace snowcoder;

namespace {

/// Normal values; drawn once for some, as drawing takes longer than multiplying. No two columns of a tile are alike.
std::vector<bfloat16> normal(std::string_view name, std::int64_t count) {
  constexpr std::size_t some = 1048573;  // a prime
  std::vector<bfloat16> values(static_cast<std::size_t>(count));
  draws const source(name, 2409);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i < some ? bfloat16(float(source.normal(i))) : values[i - some];
  return values;
}

/// A grid of at most so many of a tile's rows and columns.
std::vector<std::int64_t> places(std::int64_t tile, std::int64_t most) {
  std::vector<std::int64_t> at;
  auto const count = std::min(tile, most);
  for (std::int64_t i = 0; i < count; ++i) at.push_back(i * tile / count);
  return at;
}

/// Sums of the entries of a grid, row by row, that go on from one depth to the next.
template <class Sum>
struct sums {
  explicit sums(std::vector<std::int64_t> where) : at(std::move(where)), values(at.size() * at.size()) {}
  Sum& of(std::size_t i, std::size_t j) { return values[i * at.size() + j]; }
  std::vector<std::int64_t> at;
  std::vector<Sum> values;
};

class measurement {
 public:
  measurement(std::int64_t tile, std::int64_t deepest)
      : tile_(tile),
        dy_(normal("dy", deepest * tile)),
        x_(normal("x", deepest * tile)),
        device_dy_(deepest * tile),
        device_x_(deepest * tile),
        exact_(places(tile, 256)),
        rounded_(places(tile, 64)),
        cut_(places(tile, 64)) {
    upload(device_, device_dy_.data(), dy_.data(), device_dy_.size());
    upload(device_, device_x_.data(), x_.data(), device_x_.size());
  }

  void tell(std::int64_t depth) {
    go_on(depth);
    cuda::buffer<float> result(tile_ * tile_);
    matrix_view<bfloat16 const> const dy(device_dy_.data(), depth, tile_), x(device_x_.data(), depth, tile_);
    matmul(device_, matrix_view<float>(result.data(), tile_, tile_), transposed(dy), operand<bfloat16>(x),
           product_options{.accumulate = true});
    std::vector<float> got(static_cast<std::size_t>(tile_ * tile_));
    download(device_, got.data(), static_cast<float const*>(result.data()), result.size());
    tests::distance_of_sums measured, rounded, cut;
    auto const& at = exact_.at;
    for (std::size_t i = 0; i < at.size(); ++i)
      for (std::size_t j = 0; j < at.size(); ++j)
        measured.add(double(got[std::size_t(at[i] * tile_ + at[j])]), exact_.of(i, j));
    auto const step = at.size() / cut_.at.size();  // the models' grid lies within the exact one
    for (std::size_t i = 0; i < cut_.at.size(); ++i)
      for (std::size_t j = 0; j < cut_.at.size(); ++j) {
        double const exact = exact_.of(i * step, j * step);
        rounded.add(double(rounded_.of(i, j).value()), exact);
        cut.add(double(cut_.of(i, j).value()), exact);
      }
    std::printf(
        "{\"job\": \"cuda product error\", \"tile\": %ld, \"depth\": %ld, \"rms\": %.3g, \"largest\": %.3g, \"inwards\": %.3g, "
        "\"rounded_rms\": %.3g, \"rounded_largest\": %.3g, \"cut_rms\": %.3g, \"cut_largest\": %.3g, \"cut_inwards\": %.3g}\n",
        long(tile_), long(depth), measured.rms(), measured.largest(), measured.inwards(), rounded.rms(), rounded.largest(),
        cut.rms(), cut.largest(), cut.inwards());
    std::fflush(stdout);
  }

  /// How the device says that it adds up, asked at that depth.
  void ask(std::int64_t depth) {
    auto const cut = pipeline::cut_of_sums<bfloat16>(device_, depth, tile_);
    std::printf("{\"job\": \"cuda cut of sums\", \"tile\": %ld, \"depth\": %ld, \"products\": %d, \"extra\": %d}\n",
                long(tile_), long(depth), cut ? cut->products : 0, cut ? cut->extra : 0);
    std::fflush(stdout);
  }

 private:
  /// The host's sums, to that depth: a multiple of what the model adds at a time.
  void go_on(std::int64_t depth) {
    constexpr std::int64_t together = tests::cut_rule().products;
    std::vector<double> row(exact_.at.size()), step(together);
    for (auto k = done_; k < depth; ++k) {
      for (std::size_t j = 0; j < row.size(); ++j) row[j] = double(float(x_[std::size_t(k * tile_ + exact_.at[j])]));
      for (std::size_t i = 0; i < row.size(); ++i) {
        double const factor = double(float(dy_[std::size_t(k * tile_ + exact_.at[i])]));
        for (std::size_t j = 0; j < row.size(); ++j) exact_.of(i, j) += factor * row[j];
      }
    }
    for (std::size_t i = 0; i < cut_.at.size(); ++i)
      for (std::size_t j = 0; j < cut_.at.size(); ++j)
        for (auto k = done_; k < depth; k += together) {
          for (std::int64_t p = 0; p < together; ++p) {
            auto const a = dy_[std::size_t((k + p) * tile_ + cut_.at[i])], b = x_[std::size_t((k + p) * tile_ + cut_.at[j])];
            rounded_.of(i, j).add(a, b);
            step[std::size_t(p)] = double(float(a)) * double(float(b));
          }
          cut_.of(i, j).add(step);
        }
    done_ = depth;
  }

  cuda::device device_;
  std::int64_t tile_, done_ = 0;
  std::vector<bfloat16> dy_, x_;  ///< (deepest, tile)
  cuda::buffer<bfloat16> device_dy_, device_x_;
  sums<double> exact_;
  sums<tests::rounded_sum> rounded_;
  sums<tests::cut_sum> cut_;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr std::int64_t shallowest = 512;
  std::int64_t const tile = argc == 3 ? std::atoll(argv[1]) : 0, deepest = argc == 3 ? std::atoll(argv[2]) : 0;
  if (tile < 1 || deepest < shallowest) return std::fprintf(stderr, "usage: product_error TILE DEEPEST (512 or more)\n"), 2;
  try {
    measurement all(tile, deepest);
    for (auto depth = shallowest; depth <= deepest; depth *= 2) all.tell(depth);
    all.ask(std::min<std::int64_t>(deepest, 8192));
    return 0;
  } catch (cuda::device_failure const& e) {
    return std::fprintf(stderr, "product_error: %s\n", e.what()), 1;
  }
}
