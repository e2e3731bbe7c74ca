/// Schedules vocabulary cards in the spirit of a box of index cards.
///
/// A card that was known moves one box further and is asked again after a longer
/// pause; a forgotten card goes back two boxes. Each day, overdue cards come first
/// and the number of new cards is limited, so a holiday does not end in a flood.
class Card {
  Card(this.front, this.back);

  final String front;
  final String back;
  int box = 0;

  /// The number of the day on which the card is asked next; null while new.
  int? dueDay;

  bool get isNew => dueDay == null;

  @override
  String toString() => '$front [box $box, ${isNew ? 'new' : 'day $dueDay'}]';
}

class Trainer {
  Trainer(this.cards, {this.newPerDay = 2});

  /// Days to wait before a card of each box is asked again.
  static const List<int> pauses = [1, 2, 4, 9, 21, 60];

  final List<Card> cards;
  final int newPerDay;

  /// The cards to ask on [day]: the most overdue first, then a few new ones.
  List<Card> session(int day) {
    final due = cards.where((card) => !card.isNew && card.dueDay! <= day).toList()
      ..sort((a, b) {
        final byAge = a.dueDay!.compareTo(b.dueDay!);
        return byAge != 0 ? byAge : a.box.compareTo(b.box);
      });
    return [...due, ...cards.where((card) => card.isNew).take(newPerDay)];
  }

  /// Records the outcome of asking [card] on [day].
  void answer(Card card, {required bool known, required int day}) {
    final next = known ? card.box + 1 : card.box - 2;
    card
      ..box = next.clamp(0, pauses.length - 1)
      ..dueDay = day + pauses[card.box];
  }

  /// The number of cards in each box, new cards not included.
  List<int> histogram() {
    final counts = List.filled(pauses.length, 0);
    for (final card in cards.where((card) => !card.isNew)) {
      counts[card.box]++;
    }
    return counts;
  }
}

void main() {
  final trainer = Trainer([
    Card('Brot', 'bread'),
    Card('Regen', 'rain'),
    Card('Schraube', 'screw'),
    Card('Zaun', 'fence'),
  ]);

  for (var day = 1; day <= 8; day++) {
    final asked = trainer.session(day);
    for (final card in asked) {
      // This learner keeps forgetting long words on even days.
      final known = card.front.length < 7 || day.isOdd;
      trainer.answer(card, known: known, day: day);
    }
    print('day $day: asked ${asked.map((card) => card.front).join(', ')}');
  }
  print('boxes: ${trainer.histogram()}');
}
