// SPDX-License-Identifier: Apache-2.0
// Work that a model asks for again and again on the same memory, known by a key. A device that does it quicker the next time
// has a `recorder<Key>` of its own (cuda/graphs.hpp); on the others it is done.
#pragma once

namespace snowcoder {

template <class Key>
struct plain_recorder {
  template <class Device, class Body>
  void run(Device&, Key const&, Body const& body) {
    body();
  }
  void forget() {}
};

namespace detail {
template <class Device, class Key>
struct recorder_on {
  using type = plain_recorder<Key>;
};
template <class Device, class Key>
requires requires { typename Device::template recorder<Key>; }
struct recorder_on<Device, Key> {
  using type = typename Device::template recorder<Key>;
};
}  // namespace detail

/// run(device, key, body) does what body() does, the same work for the same key; forget() before memory moves that is not in
/// keys.
template <class Device, class Key>
using recorder_of = typename detail::recorder_on<Device, Key>::type;

}  // namespace snowcoder
