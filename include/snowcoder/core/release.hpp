// SPDX-License-Identifier: Apache-2.0
// Memory that a container no longer needs goes back: `c = {}` empties a vector or a string and keeps all its room.
#pragma once

namespace snowcoder {

template <class Container>
void release(Container& c) {
  Container().swap(c);
}

}  // namespace snowcoder
