import scala.collection.immutable.SortedMap

/** An event-sourced seat reservation for a small theatre.
  *
  * Commands are checked against the current state and produce events; the state is
  * nothing but a fold over all events, so it can be rebuilt for any point in time.
  */
object Theatre:

  enum Command:
    case Reserve(seat: String, guest: String)
    case Cancel(seat: String, guest: String)
    case Move(from: String, to: String, guest: String)

  enum Event:
    case Reserved(seat: String, guest: String)
    case Released(seat: String)

  final case class State(taken: SortedMap[String, String]):
    def apply(event: Event): State = event match
      case Event.Reserved(seat, guest) => State(taken.updated(seat, guest))
      case Event.Released(seat)        => State(taken.removed(seat))

  private val seats: Set[String] = (for r <- 'A' to 'C'; n <- 1 to 4 yield s"$r$n").toSet

  def replay(events: Seq[Event]): State =
    events.foldLeft(State(SortedMap.empty))((state, event) => state(event))

  /** The events caused by a command, or the reason why it is refused. */
  def decide(state: State, command: Command): Either[String, Vector[Event]] = command match
    case Command.Reserve(seat, _) if !seats(seat) => Left(s"there is no seat $seat")
    case Command.Reserve(seat, _) if state.taken.contains(seat) => Left(s"$seat is taken")
    case Command.Reserve(seat, guest) => Right(Vector(Event.Reserved(seat, guest)))
    case Command.Cancel(seat, guest) =>
      Either.cond(
        state.taken.get(seat).contains(guest),
        Vector(Event.Released(seat)),
        s"$guest does not hold $seat"
      )
    case Command.Move(from, to, guest) =>
      for
        released <- decide(state, Command.Cancel(from, guest))
        reserved <- decide(state, Command.Reserve(to, guest))
      yield released ++ reserved

@main def theatreDemo(): Unit =
  import Theatre.*
  val commands = Seq(
    Command.Reserve("A1", "Ida"),
    Command.Reserve("A1", "Jon"),
    Command.Reserve("B2", "Jon"),
    Command.Move("A1", "C4", "Ida"),
    Command.Cancel("B2", "Ida")
  )
  val log = commands.foldLeft(Vector.empty[Event]) { (events, command) =>
    decide(replay(events), command) match
      case Right(more) => events ++ more
      case Left(why) =>
        println(s"refused: $why")
        events
  }
  println(replay(log).taken.mkString(", "))
  println(s"after two events: ${replay(log.take(2)).taken.mkString(", ")}")
