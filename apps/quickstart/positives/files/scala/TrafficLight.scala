/** A pedestrian crossing as a pure state machine.
  *
  * The controller never mutates anything: `step` maps a state and an event to the
  * next state. That makes safety properties easy to check by exploring all states,
  * which is what the demo does: cars and pedestrians never have green together.
  */
enum Light:
  case Red, Amber, Green

enum Event:
  case Tick, ButtonPressed

/** @param elapsed ticks spent in the current phase
  * @param requested whether a pedestrian is waiting
  */
final case class Crossing(cars: Light, walk: Boolean, elapsed: Int, requested: Boolean)

object Crossing:
  val MinGreen = 4
  val AmberTime = 1
  val WalkTime = 3

  val initial: Crossing = Crossing(Light.Green, walk = false, elapsed = 0, requested = false)

  def step(state: Crossing, event: Event): Crossing = event match
    case Event.ButtonPressed if !state.walk => state.copy(requested = true)
    case Event.ButtonPressed                => state
    case Event.Tick                         => advance(state.copy(elapsed = state.elapsed + 1))

  private def advance(s: Crossing): Crossing = s.cars match
    case Light.Green if s.requested && s.elapsed >= MinGreen =>
      s.copy(cars = Light.Amber, elapsed = 0)
    case Light.Green =>
      s.copy(elapsed = s.elapsed min MinGreen)
    case Light.Amber if s.elapsed >= AmberTime =>
      Crossing(Light.Red, walk = true, elapsed = 0, requested = false)
    case Light.Red if s.elapsed >= WalkTime =>
      initial
    case _ => s

  /** All states that can be reached from the initial one. */
  def reachable: Set[Crossing] =
    def grow(known: Set[Crossing]): Set[Crossing] =
      val next = known ++ known.flatMap(s => Event.values.map(step(s, _)))
      if next == known then known else grow(next)
    grow(Set(initial))

@main def crossingDemo(): Unit =
  import Event.*
  val events = Seq.fill(2)(Tick) ++ Seq(ButtonPressed) ++ Seq.fill(7)(Tick)
  events.scanLeft(Crossing.initial)(Crossing.step).foreach { s =>
    println(s"cars ${s.cars}, ${if s.walk then "walk" else "wait"}")
  }
  val states = Crossing.reachable
  assert(states.forall(s => !(s.walk && s.cars == Light.Green)))
  println(s"${states.size} reachable states are all safe")
