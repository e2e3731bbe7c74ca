/** Simulates hares and lynxes in a nature reserve with the fourth-order Runge-Kutta
  * method, and checks how the error shrinks when the step is halved.
  *
  * The model: hares multiply and are eaten, lynxes starve unless they find hares.
  */
final case class Animals(hares: Double, lynxes: Double):
  def +(other: Animals): Animals = Animals(hares + other.hares, lynxes + other.lynxes)
  def *(factor: Double): Animals = Animals(hares * factor, lynxes * factor)
  def distance(other: Animals): Double =
    math.hypot(hares - other.hares, lynxes - other.lynxes)

/** Rates per year. */
final case class Reserve(birth: Double, hunting: Double, gain: Double, death: Double):

  def change(a: Animals): Animals = Animals(
    hares = birth * a.hares - hunting * a.hares * a.lynxes,
    lynxes = gain * a.hares * a.lynxes - death * a.lynxes
  )

  /** One step of length `h` years. */
  def step(a: Animals, h: Double): Animals =
    val k1 = change(a)
    val k2 = change(a + k1 * (h / 2))
    val k3 = change(a + k2 * (h / 2))
    val k4 = change(a + k3 * h)
    a + (k1 + k2 * 2 + k3 * 2 + k4) * (h / 6)

  /** The states after 0, 1, 2, ... steps. */
  def trajectory(start: Animals, h: Double): LazyList[Animals] =
    LazyList.iterate(start)(step(_, h))

@main def populationDemo(): Unit =
  val reserve = Reserve(birth = 0.9, hunting = 0.04, gain = 0.01, death = 0.5)
  val start = Animals(hares = 70, lynxes = 12)

  val yearly = reserve.trajectory(start, 0.01).grouped(100).map(_.head).take(11)
  for (animals, year) <- yearly.zipWithIndex do
    println(f"year $year%2d: ${animals.hares}%7.1f hares ${animals.lynxes}%6.1f lynxes")

  def after(years: Double, steps: Int): Animals =
    reserve.trajectory(start, years / steps)(steps)
  val reference = after(5, 5000)
  for steps <- Seq(50, 100, 200) do
    println(f"$steps%4d steps: error ${after(5, steps).distance(reference)}%.2e")
