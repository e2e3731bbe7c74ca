/** Converts between units of measurement by searching a graph of known factors.
  *
  * Only direct conversions such as "1 mile = 1.609344 km" are declared; everything
  * else follows by chaining them. Asking for units that are not connected, such as
  * litres and seconds, yields None.
  */
final case class Conversion(from: String, to: String, factor: Double)

final class UnitConverter(conversions: Seq[Conversion]):

  private val neighbours: Map[String, Seq[(String, Double)]] =
    conversions
      .flatMap(c => Seq((c.from, c.to, c.factor), (c.to, c.from, 1.0 / c.factor)))
      .groupMap(_._1)((_, to, factor) => (to, factor))

  /** The number by which an amount in `from` must be multiplied to get `to`. */
  def factor(from: String, to: String): Option[Double] =
    @annotation.tailrec
    def search(frontier: Map[String, Double], seen: Map[String, Double]): Option[Double] =
      if seen.contains(to) then seen.get(to)
      else if frontier.isEmpty then None
      else
        val next = for
          (unit, soFar) <- frontier
          (other, step) <- neighbours.getOrElse(unit, Seq.empty)
          if !seen.contains(other)
        yield other -> soFar * step
        search(next, seen ++ next)

    val start = Map(from -> 1.0)
    if neighbours.contains(from) then search(start, start) else None

  def convert(amount: Double, from: String, to: String): Option[Double] =
    factor(from, to).map(_ * amount)

@main def unitConverterDemo(): Unit =
  val converter = UnitConverter(
    Seq(
      Conversion("mile", "km", 1.609344),
      Conversion("km", "m", 1000.0),
      Conversion("yard", "m", 0.9144),
      Conversion("hour", "s", 3600.0)
    )
  )
  for (amount, from, to) <- Seq((2.0, "mile", "yard"), (90.0, "s", "hour"), (1.0, "m", "s")) do
    val text = converter.convert(amount, from, to).fold("not comparable")(v => f"$v%.4f $to")
    println(s"$amount $from = $text")
