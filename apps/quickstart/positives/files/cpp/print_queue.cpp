// Print server queue with ageing priorities.
//
// Jobs enter with a priority from 0 (whenever) to 9 (urgent). So that low-priority jobs are not
// starved, a waiting job gains one priority point per `ageing` ticks. Because all waiting jobs
// gain points at the same rate, comparing "priority * ageing - arrival" gives the same order at
// every moment, and an ordinary ordered set suffices. Jobs can be cancelled while they wait.

#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

class PrintQueue {
 public:
  explicit PrintQueue(long ageing) : ageing_(ageing) {
    if (ageing <= 0) throw std::invalid_argument("ageing must be positive");
  }

  // Adds a job and returns its number.
  int submit(std::string title, int priority, long arrival_tick) {
    if (priority < 0 || priority > 9) throw std::out_of_range("priority must be 0 to 9");
    const int number = next_number_++;
    const Rank rank{-(priority * ageing_ - arrival_tick), number};
    order_.insert(rank);
    jobs_.emplace(number, Job{std::move(title), rank});
    return number;
  }

  bool cancel(int number) {
    auto found = jobs_.find(number);
    if (found == jobs_.end()) return false;
    order_.erase(found->second.rank);
    jobs_.erase(found);
    return true;
  }

  // Removes and returns the title of the most deserving job.
  std::optional<std::string> next() {
    if (order_.empty()) return std::nullopt;
    const int number = order_.begin()->second;
    order_.erase(order_.begin());
    auto job = jobs_.extract(number);
    return std::move(job.mapped().title);
  }

 private:
  using Rank = std::pair<long, int>;  // smaller ranks print first; ties by job number

  struct Job {
    std::string title;
    Rank rank;
  };

  long ageing_;
  int next_number_ = 1;
  std::set<Rank> order_;
  std::map<int, Job> jobs_;
};

int main() {
  PrintQueue queue(10);
  queue.submit("newsletter", 1, 0);
  const int draft = queue.submit("draft thesis", 5, 20);
  queue.submit("visa form", 5, 35);
  queue.submit("poster", 2, 8);
  queue.submit("late urgent memo", 9, 90);
  queue.cancel(draft);
  while (const auto title = queue.next()) std::cout << *title << '\n';
}
