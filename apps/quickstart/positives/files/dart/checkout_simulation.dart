import 'dart:math';

/// Simulates the checkouts of a supermarket to compare two ways of queueing:
/// one line per till, where customers join the shortest line, or one common line
/// that feeds all tills. The mean waiting time and the worst one are reported.
class Customer {
  const Customer(this.arrival, this.service);

  final double arrival;
  final double service;
}

/// Draws [count] customers with exponentially distributed gaps and service times.
List<Customer> drawCustomers(Random random, int count, {required double perMinute}) {
  double exponential(double mean) => -mean * log(1 - random.nextDouble());
  var now = 0.0;
  return List.generate(count, (_) {
    now += exponential(1 / perMinute);
    return Customer(now, 0.5 + exponential(1.5));
  });
}

/// Waiting times if everyone queues in one line and takes the first free till.
List<double> commonLine(List<Customer> customers, int tills) {
  final freeAt = List.filled(tills, 0.0);
  return [
    for (final customer in customers) _serve(customer, freeAt, _argMin(freeAt, (t) => t)),
  ];
}

/// Waiting times if everyone joins the line with the fewest people on arrival.
List<double> separateLines(List<Customer> customers, int tills) {
  final freeAt = List.filled(tills, 0.0);
  final departures = List.generate(tills, (_) => <double>[]);
  final waits = <double>[];
  for (final customer in customers) {
    for (final line in departures) {
      line.removeWhere((time) => time <= customer.arrival);
    }
    final till = _argMin(departures, (line) => line.length);
    waits.add(_serve(customer, freeAt, till));
    departures[till].add(freeAt[till]);
  }
  return waits;
}

double _serve(Customer customer, List<double> freeAt, int till) {
  final start = max(customer.arrival, freeAt[till]);
  freeAt[till] = start + customer.service;
  return start - customer.arrival;
}

int _argMin<T>(List<T> items, num Function(T) key) {
  var best = 0;
  for (var i = 1; i < items.length; i++) {
    if (key(items[i]) < key(items[best])) best = i;
  }
  return best;
}

void main() {
  final customers = drawCustomers(Random(7), 5000, perMinute: 1.4);
  final policies = {'common line': commonLine, 'separate lines': separateLines};

  policies.forEach((name, policy) {
    final waits = policy(customers, 3);
    final mean = waits.reduce((a, b) => a + b) / waits.length;
    print('$name: mean ${mean.toStringAsFixed(2)} min, '
        'worst ${waits.reduce(max).toStringAsFixed(1)} min');
  });
}
