// SPDX-License-Identifier: Apache-2.0
// A device whose attention wants a list of documents gets it, in every call, and passes with one are never recorded.
#include "support/catch.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/accounting.hpp>
#include <snowcoder/nn/decoder.hpp>

#include <vector>

using namespace snowcoder;
using R = tests::tiny_recipe;

namespace {

/// The CPU, which notes what it was told of documents, and what it would record.
struct listing : cpu::device {
  template <class Key>
  struct recorder {
    template <class Body>
    void run(listing& d, Key const&, Body const& body) {
      ++d.recorded;
      body();
    }
    void forget() {}
  };
  explicit listing(bool yes) : cpu::device(1), wants(yes) {}

  bool wants;
  int recorded = 0;
  std::vector<std::vector<std::int32_t>> told;
};
bool lists_documents(listing& d, dtype elements, attention_shape shape) {
  return d.wants && elements == dtype::f32 && shape.starts != nullptr;
}
void attention(listing& d, matrix_view<float> out, float* log_sums, matrix_view<float const> qkv, attention_shape s) {
  d.told.emplace_back(s.documents.begin(), s.documents.end());
  cpu::attention(d, out, log_sums, qkv, s);
}
static_assert(may_list_documents<listing> && !may_list_documents<cpu::device>);

}  // namespace

TEST_CASE("decoder: documents are listed where a device asks for them", "[nn]") {
  bool const wants = GENERATE(true, false);
  listing device(wants);
  nn::decoder<R, listing, float> model(device, 2);
  std::vector<float> const weights(std::size_t(config::parameters(R::model)), 0.01f);
  std::vector<float> gradient(weights.size());
  model.load(weights.data());
  constexpr std::int32_t end = 7;
  // The last column is a target only; a document may open a sequence or not.
  std::vector<std::int32_t> const ids{end, 1, 2, end, 3, end, 5, 6, end, end, 4, 8};
  matrix_view<std::int32_t const> const tokens(ids.data(), 2, 6);

  model.loss_and_gradient(tokens, 1.0f, gradient.data());
  CHECK(device.told.front().empty());  // one document a sequence, for nobody asked to keep them apart
  CHECK(device.recorded == 2);
  device.told.clear(), device.recorded = 0;

  model.keep_documents_apart(end);
  model.loss_and_gradient(tokens, 1.0f, gradient.data());
  model.loss(tokens);
  REQUIRE(device.told.size() == 2 * std::size_t(R::model.layers));
  for (auto const& list : device.told)
    CHECK(list == (wants ? std::vector<std::int32_t>{0, 3, 5, 7, 8, 10} : std::vector<std::int32_t>{}));
  CHECK(device.recorded == (wants ? 0 : 2));
}
