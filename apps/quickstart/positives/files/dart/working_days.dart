/// Calculates delivery dates in working days.
///
/// Weekends and public holidays do not count, and orders placed after the daily
/// cut-off are handled as if they had been placed on the next working day. All
/// arithmetic is done in UTC to be independent of daylight saving time.
class WorkCalendar {
  WorkCalendar({
    required Iterable<DateTime> holidays,
    this.weekend = const {DateTime.saturday, DateTime.sunday},
    this.cutOffHour = 15,
  }) : _holidays = holidays.map(_dateOnly).toSet();

  final Set<DateTime> _holidays;
  final Set<int> weekend;
  final int cutOffHour;

  static DateTime _dateOnly(DateTime t) => DateTime.utc(t.year, t.month, t.day);

  static DateTime _shift(DateTime day, int days) => day.add(Duration(days: days));

  bool isWorkingDay(DateTime day) =>
      !weekend.contains(day.weekday) && !_holidays.contains(_dateOnly(day));

  /// The first working day on or after [day].
  DateTime onOrAfter(DateTime day) {
    var candidate = _dateOnly(day);
    while (!isWorkingDay(candidate)) {
      candidate = _shift(candidate, 1);
    }
    return candidate;
  }

  /// The day on which an order placed at [placed] arrives.
  DateTime deliveryDate(DateTime placed, {required int workingDays}) {
    RangeError.checkNotNegative(workingDays, 'workingDays');
    final late = placed.hour >= cutOffHour && isWorkingDay(placed);
    var day = onOrAfter(late ? _shift(_dateOnly(placed), 1) : placed);
    for (var left = workingDays; left > 0; left--) {
      day = onOrAfter(_shift(day, 1));
    }
    return day;
  }

  /// The number of working days in the half-open range from [from] to [to].
  int workingDaysBetween(DateTime from, DateTime to) {
    var count = 0;
    for (var day = _dateOnly(from); day.isBefore(_dateOnly(to)); day = _shift(day, 1)) {
      if (isWorkingDay(day)) count++;
    }
    return count;
  }
}

void main() {
  final calendar = WorkCalendar(
    holidays: [DateTime.utc(2024, 12, 25), DateTime.utc(2024, 12, 26), DateTime.utc(2025, 1, 1)],
  );
  final orders = {
    'morning of the 23rd': DateTime.utc(2024, 12, 23, 9),
    'evening of the 24th': DateTime.utc(2024, 12, 24, 18),
    'a Saturday': DateTime.utc(2024, 12, 28, 18),
  };

  orders.forEach((label, placed) {
    final arrival = calendar.deliveryDate(placed, workingDays: 2);
    print('$label -> ${arrival.toIso8601String().substring(0, 10)}');
  });
  print(calendar.workingDaysBetween(DateTime.utc(2024, 12, 23), DateTime.utc(2025, 1, 6)));
}
