// SPDX-License-Identifier: Apache-2.0
// A language model that wrote training documents: licences of some ask that models trained on their output name them.
#pragma once

#include <cstdint>
#include <string>

namespace snowcoder {

struct text_generator {
  std::string model;           ///< empty: not recorded
  std::string licence;         ///< empty: not recorded
  std::int64_t documents = 0;  ///< that were accepted
};

}  // namespace snowcoder
