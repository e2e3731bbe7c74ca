// SPDX-License-Identifier: Apache-2.0
// Ranks with a GPU each sum to the bits of the tree. By hand over several: mpirun -n 4 build/…/tests/parallel_nccl; alone it
// shows that the program links, that NCCL answers, and that one rank keeps what it has.
#include "support/on_gpu.hpp"

#include <snowcoder/parallel/gpu_ranks.hpp>
#include <snowcoder/parallel/launch.hpp>
#include <snowcoder/parallel/mpi.hpp>

#include <algorithm>
#include <string>

using namespace snowcoder;
using namespace snowcoder::tests;

TEST_CASE("gpu: ranks sum to the bits of the tree", "[gpu]") {
  int version = 0;
  CHECK(ncclGetVersion(&version) == ncclSuccess);
  CHECK(version > 0);
  parallel::mpi world(parallel::launched_processes() > 1);
  if (cuda::device_count() < world.size()) {
    WARN("skipped: fewer GPUs than ranks");
    world.finish();
    return;
  }
  {
    cuda::device d(world.rank());
    parallel::gpu_ranks ranks(world, d);
    constexpr std::int64_t count = (std::int64_t(9) << 20) + 13;
    std::vector<std::vector<float>> given;
    for (int r = 0; r < world.size(); ++r) given.push_back(normal<float>("gradient" + std::to_string(r), count));
    std::vector<float> expected_sum(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < expected_sum.size(); ++i)
      expected_sum[i] = parallel::tree_sum(world.size(), [&](int r) { return given[std::size_t(r)][i]; });
    on_gpu<float> values(d, given[std::size_t(world.rank())]);
    ranks.sum_to_owners(values.data(), count);
    ranks.from_owners(values.data(), count);
    CHECK(values.host() == expected_sum);
    auto const mine = parallel::owned_by(count, world.rank(), world.size());
    std::vector<float> all(expected_sum.size(), -1.0f);
    ranks.collect(values.host().data() + mine.first, all.data(), count);
    if (world.rank() == 0) CHECK(all == expected_sum);
    ranks.wait_for_all();
    CHECK(ranks.any(world.rank() == 0));
    ranks.finish();
  }
  world.finish();
}
