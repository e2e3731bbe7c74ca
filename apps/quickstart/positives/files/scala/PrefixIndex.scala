/** Suggests complete station names while a traveller is typing.
  *
  * Names are stored in an immutable trie. Each node remembers the highest weight
  * below it, so the best suggestions are found without visiting the whole subtree.
  */
final case class Node(
    children: Map[Char, Node] = Map.empty,
    entry: Option[(String, Int)] = None,
    best: Int = Int.MinValue
):
  def insert(key: List[Char], name: String, weight: Int): Node = key match
    case Nil => copy(entry = Some(name -> weight), best = best max weight)
    case head :: tail =>
      val child = children.getOrElse(head, Node()).insert(tail, name, weight)
      copy(children = children.updated(head, child), best = best max weight)

  def find(key: List[Char]): Option[Node] = key match
    case Nil          => Some(this)
    case head :: tail => children.get(head).flatMap(_.find(tail))

final class PrefixIndex private (root: Node):

  /** A new index that also knows `name`; a greater weight is suggested earlier. */
  def add(name: String, weight: Int): PrefixIndex =
    PrefixIndex(root.insert(name.toLowerCase.toList, name, weight))

  /** At most `limit` names that start with `prefix`, the heaviest first. */
  def suggest(prefix: String, limit: Int): Vector[String] =
    type Item = Either[Node, (String, Int)]
    def weight(item: Item): Int = item.fold(_.best, _._2)

    val queue = scala.collection.mutable.PriorityQueue.empty[Item](using Ordering.by(weight))
    queue ++= root.find(prefix.toLowerCase.toList).map(Left(_))

    val found = Vector.newBuilder[String]
    var missing = limit
    while missing > 0 && queue.nonEmpty do
      queue.dequeue() match
        case Right((name, _)) =>
          found += name
          missing -= 1
        case Left(node) =>
          queue ++= node.children.values.map(Left(_))
          queue ++= node.entry.map(Right(_))
    found.result()

object PrefixIndex:
  val empty: PrefixIndex = new PrefixIndex(Node())
  private def apply(root: Node): PrefixIndex = new PrefixIndex(root)

@main def prefixIndexDemo(): Unit =
  val stations = Seq("Northgate" -> 40, "North Pier" -> 95, "Norwood" -> 60, "Oakfield" -> 80)
  val index = stations.foldLeft(PrefixIndex.empty) { case (acc, (name, w)) => acc.add(name, w) }
  println(index.suggest("nor", 2))   // North Pier, Norwood
  println(index.suggest("northg", 5))
  println(index.suggest("x", 5))
