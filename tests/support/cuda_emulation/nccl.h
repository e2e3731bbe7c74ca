// SPDX-License-Identifier: Apache-2.0
// Stands in for NCCL between ranks that are threads and take turns (tests/support/thread_world.hpp): the few calls of
// parallel/nccl.hpp, as its manual defines them. Nothing of a group moves before its end; what is sent must be received, in as
// many elements; two ranks on one GPU are refused; and the end of a communicator waits for all its ranks.
#pragma once

#include "cuda_runtime_api.h"

#include <cstddef>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

enum ncclResult_t { ncclSuccess = 0, ncclInvalidArgument = 4, ncclInvalidUsage = 5 };
enum ncclDataType_t { ncclFloat = 7 };
struct ncclUniqueId {
  char internal[128];
};
struct ncclComm {
  int ranks, rank;
  std::string id;
};
using ncclComm_t = ncclComm*;

namespace cuda_emulation {

/// Where ranks meet.
struct nccl_place {
  struct part {
    float const* from;
    std::size_t count;
  };
  std::map<std::pair<int, int>, std::deque<part>> sent;  ///< by sender and receiver
  std::map<std::string, std::set<std::string>> gpus;     ///< by the identity of a communicator
  int begun = 0, ended = 0;                              ///< communicators, each rank's counted
  bool wrong = false;                                    ///< something that hangs or goes astray between GPUs
  static nccl_place& all() {
    static nccl_place one;
    return one;
  }
};
/// Lets the other ranks go on until they are there too; a test says how.
inline thread_local std::function<void()> nccl_meets;

struct nccl_call {
  bool send;
  float const* from;
  float* to;
  std::size_t count;
  int other, rank;
};
inline thread_local std::vector<nccl_call> nccl_group;
inline thread_local int nccl_depth = 0;

inline ncclResult_t nccl_do(std::vector<nccl_call> const& calls) {
  auto& place = nccl_place::all();
  for (auto const& c : calls)
    if (c.send) place.sent[{c.rank, c.other}].push_back({c.from, c.count});
  nccl_meets();
  for (auto const& c : calls) {
    if (c.send) continue;
    auto& letters = place.sent[{c.other, c.rank}];
    if (letters.empty() || letters.front().count != c.count) return place.wrong = true, ncclInvalidUsage;
    std::memcpy(c.to, letters.front().from, c.count * sizeof(float));
    letters.pop_front();
  }
  nccl_meets();
  for (auto const& [way, letters] : place.sent) place.wrong |= !letters.empty();
  nccl_meets();
  return ncclSuccess;
}
inline ncclResult_t nccl_take(nccl_call const& c) {
  if (nccl_depth == 0) return nccl_do({c});
  nccl_group.push_back(c);
  return ncclSuccess;
}

}  // namespace cuda_emulation

inline char const* ncclGetErrorString(ncclResult_t r) { return r == ncclSuccess ? "no error" : "invalid usage"; }
inline ncclResult_t ncclGetVersion(int* version) { return *version = 22800, ncclSuccess; }
/// Not all of it is text, as of the library's.
inline ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int made = 0;
  for (std::size_t i = 0; i < sizeof id->internal; ++i) id->internal[i] = char(7 * i + 131 * std::size_t(made));
  return ++made, ncclSuccess;
}
inline ncclResult_t ncclCommInitRank(ncclComm_t* made, int ranks, ncclUniqueId id, int rank) {
  auto& place = cuda_emulation::nccl_place::all();
  int ordinal = 0;
  cudaDeviceProp gpu;
  cudaGetDevice(&ordinal);
  cudaGetDeviceProperties(&gpu, ordinal);
  std::string const name(id.internal, sizeof id.internal);
  place.gpus[name].emplace(gpu.uuid.bytes, sizeof gpu.uuid.bytes);
  cuda_emulation::nccl_meets();
  if (place.gpus[name].size() != std::size_t(ranks)) return place.wrong = true, ncclInvalidUsage;
  ++place.begun;
  *made = new ncclComm{ranks, rank, name};
  return ncclSuccess;
}
inline ncclResult_t ncclCommDestroy(ncclComm_t c) {
  cuda_emulation::nccl_meets();
  ++cuda_emulation::nccl_place::all().ended;
  return delete c, ncclSuccess;
}
inline ncclResult_t ncclGroupStart() { return ++cuda_emulation::nccl_depth, ncclSuccess; }
inline ncclResult_t ncclGroupEnd() {
  using cuda_emulation::nccl_depth;
  if (nccl_depth == 0) return ncclInvalidUsage;
  return --nccl_depth == 0 ? cuda_emulation::nccl_do(std::exchange(cuda_emulation::nccl_group, {})) : ncclSuccess;
}
inline ncclResult_t ncclSend(void const* from, std::size_t count, ncclDataType_t, int to, ncclComm_t c, cudaStream_t) {
  if (to < 0 || to >= c->ranks) return ncclInvalidArgument;
  return cuda_emulation::nccl_take({true, static_cast<float const*>(from), nullptr, count, to, c->rank});
}
inline ncclResult_t ncclRecv(void* to, std::size_t count, ncclDataType_t, int from, ncclComm_t c, cudaStream_t) {
  if (from < 0 || from >= c->ranks) return ncclInvalidArgument;
  return cuda_emulation::nccl_take({false, nullptr, static_cast<float*>(to), count, from, c->rank});
}
