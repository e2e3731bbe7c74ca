/// Interprets the little language of a classroom robot.
///
/// A program such as `4[F2 R] L F` consists of moves (`F` forward, `L` and `R` turn),
/// an optional count after a letter, and repeated groups. The parser builds a tree
/// first, so a typing error is reported before the robot starts to move.
enum Command {
    case forward(Int)
    case turn(quarters: Int)
    case times(Int, [Command])
}

enum ProgramError: Error {
    case unexpected(Character, position: Int)
    case unfinished
}

struct Parser {
    let source: [Character]
    var at = 0

    static func parse(_ text: String) throws -> [Command] {
        var parser = Parser(source: Array(text))
        let commands = try parser.sequence()
        guard parser.at == parser.source.count else { throw ProgramError.unfinished }
        return commands
    }

    private mutating func peek() -> Character? {
        while at < source.count, source[at].isWhitespace { at += 1 }
        return at < source.count ? source[at] : nil
    }

    private mutating func number() -> Int? {
        var digits = ""
        while at < source.count, ("0"..."9").contains(source[at]) {
            digits.append(source[at])
            at += 1
        }
        return Int(digits)
    }

    private mutating func sequence() throws -> [Command] {
        var commands: [Command] = []
        while let c = peek(), c != "]" {
            if let count = number() {
                commands.append(.times(count, try group()))
                continue
            }
            at += 1
            switch c {
            case "F": commands.append(.forward(number() ?? 1))
            case "R": commands.append(.turn(quarters: number() ?? 1))
            case "L": commands.append(.turn(quarters: -(number() ?? 1)))
            default: throw ProgramError.unexpected(c, position: at - 1)
            }
        }
        return commands
    }

    private mutating func group() throws -> [Command] {
        guard peek() == "[" else { throw ProgramError.unfinished }
        at += 1
        let body = try sequence()
        guard peek() == "]" else { throw ProgramError.unfinished }
        at += 1
        return body
    }
}

struct Robot {
    var x = 0, y = 0, heading = 0   // heading 0 is north, then clockwise
    mutating func run(_ commands: [Command]) {
        for command in commands {
            switch command {
            case .forward(let steps):
                x += [0, 1, 0, -1][heading] * steps
                y += [1, 0, -1, 0][heading] * steps
            case .turn(let quarters):
                heading = ((heading + quarters) % 4 + 4) % 4
            case .times(let count, let body):
                for _ in 0..<count { run(body) }
            }
        }
    }
}

var robot = Robot()
robot.run(try Parser.parse("3[F2 R] L F"))
print("robot at (\(robot.x), \(robot.y)), heading \(robot.heading)")
print(Result { try Parser.parse("2[F R") })
