/// Settles the shared expenses of a group of travellers with few payments.
///
/// Each expense is paid by one person and shared by some of them. Amounts are in
/// cents; cents that cannot be divided evenly go to the first sharers in
/// alphabetical order, so that nothing gets lost by rounding.
struct Expense {
    let text: String
    let payer: String
    let cents: Int
    let sharers: Set<String>
}

struct Payment: CustomStringConvertible {
    let from: String
    let to: String
    let cents: Int

    var description: String {
        let fraction = cents % 100
        return "\(from) pays \(to) \(cents / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

enum SplitError: Error {
    case nobodyShares(String)
    case negativeAmount(String)
}

/// What each person is owed (positive) or owes (negative), summing to zero.
func balances(of expenses: [Expense]) throws -> [String: Int] {
    var balance: [String: Int] = [:]
    for expense in expenses {
        guard !expense.sharers.isEmpty else { throw SplitError.nobodyShares(expense.text) }
        guard expense.cents >= 0 else { throw SplitError.negativeAmount(expense.text) }

        balance[expense.payer, default: 0] += expense.cents
        let (share, rest) = expense.cents.quotientAndRemainder(dividingBy: expense.sharers.count)
        for (position, name) in expense.sharers.sorted().enumerated() {
            balance[name, default: 0] -= share + (position < rest ? 1 : 0)
        }
    }
    return balance
}

/// Repeatedly lets the greatest debtor pay the greatest creditor. Each payment
/// settles at least one person, hence n people need at most n - 1 payments.
func settle(_ balance: [String: Int]) -> [Payment] {
    var open = balance.filter { $0.value != 0 }
    var payments: [Payment] = []

    func rank(_ a: (key: String, value: Int), _ b: (key: String, value: Int)) -> Bool {
        (a.value, a.key) < (b.value, b.key)
    }

    while let debtor = open.min(by: rank), let creditor = open.max(by: rank) {
        let amount = min(-debtor.value, creditor.value)
        payments.append(Payment(from: debtor.key, to: creditor.key, cents: amount))
        for (name, change) in [(debtor.key, amount), (creditor.key, -amount)] {
            open[name, default: 0] += change
            if open[name] == 0 { open[name] = nil }
        }
    }
    return payments
}

let trip = [
    Expense(text: "cabin", payer: "Mira", cents: 24_000, sharers: ["Mira", "Noor", "Olu"]),
    Expense(text: "food", payer: "Olu", cents: 7_450, sharers: ["Mira", "Noor", "Olu", "Pia"]),
    Expense(text: "fuel", payer: "Noor", cents: 5_000, sharers: ["Noor", "Pia", "Olu"]),
]

do {
    let balance = try balances(of: trip)
    assert(balance.values.reduce(0, +) == 0)
    settle(balance).forEach { print($0) }
} catch {
    print("cannot split the expenses: \(error)")
}
