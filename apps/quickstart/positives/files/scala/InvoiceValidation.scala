/** Validates imported invoices and reports all problems of a record at once.
  *
  * Stopping at the first mistake would send people through many rounds of fixing
  * and uploading, so errors are accumulated: `combine` keeps both sides.
  */
type Checked[A] = Either[Vector[String], A]

extension [A](left: Checked[A])
  def combine[B](right: Checked[B]): Checked[(A, B)] = (left, right) match
    case (Right(a), Right(b)) => Right((a, b))
    case _ => Left(left.left.getOrElse(Vector.empty) ++ right.left.getOrElse(Vector.empty))

final case class Line(text: String, cents: Long)
final case class Invoice(number: String, lines: Vector[Line]):
  def total: Long = lines.map(_.cents).sum

object Invoice:
  private val Number = "([A-Z]{2}-\\d{4})".r
  private val Amount = "(\\d{1,9})\\.(\\d{2})".r

  private def number(raw: String): Checked[String] = raw.trim match
    case Number(n) => Right(n)
    case other     => Left(Vector(s"invoice number '$other' is not like AB-1234"))

  private def line(raw: String, position: Int): Checked[Line] =
    raw.split('|').map(_.trim) match
      case Array(text, Amount(whole, fraction)) if text.nonEmpty =>
        Right(Line(text, whole.toLong * 100 + fraction.toLong))
      case _ => Left(Vector(s"line $position: expected 'text | 0.00', got '$raw'"))

  private def lines(raw: Seq[String]): Checked[Vector[Line]] =
    val start: Checked[Vector[Line]] =
      if raw.isEmpty then Left(Vector("an invoice needs at least one line")) else Right(Vector())
    raw.zipWithIndex.foldLeft(start) { case (acc, (text, i)) =>
      acc.combine(line(text, i + 1)).map(_ :+ _)
    }

  def parse(rawNumber: String, rawLines: Seq[String]): Checked[Invoice] =
    number(rawNumber).combine(lines(rawLines)).map(Invoice(_, _))

@main def invoiceDemo(): Unit =
  val inputs = Seq(
    "KL-2041" -> Seq("Paper A4 | 12.50", "Toner | 89.90"),
    "2041" -> Seq("Paper A4", "Toner | 89.90", " | 3.00"),
    "KL-2042" -> Seq.empty
  )
  for (number, lines) <- inputs do
    Invoice.parse(number, lines) match
      case Right(i)     => println(f"${i.number}: ${i.total / 100.0}%.2f")
      case Left(errors) => println(errors.mkString("rejected:\n  ", "\n  ", ""))
