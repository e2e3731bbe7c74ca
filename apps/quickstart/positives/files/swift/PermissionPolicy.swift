/// Decides what users of a document store may do.
///
/// Rights are granted to groups for a folder and everything below it. The grant for
/// the deepest folder wins; at the same depth a denial beats a permission. Groups
/// may contain other groups. Without any matching grant, access is denied.
struct Rights: OptionSet {
    let rawValue: Int

    static let read = Rights(rawValue: 1 << 0)
    static let write = Rights(rawValue: 1 << 1)
    static let share = Rights(rawValue: 1 << 2)
    static let all: Rights = [.read, .write, .share]
}

struct Grant {
    enum Effect { case allow, deny }

    let group: String
    let folder: [Substring]
    let rights: Rights
    let effect: Effect

    init(_ effect: Effect, _ rights: Rights, to group: String, on folder: String) {
        self.effect = effect
        self.rights = rights
        self.group = group
        self.folder = folder.split(separator: "/")
    }
}

struct Policy {
    /// For each user or group, the groups it directly belongs to.
    let memberships: [String: Set<String>]
    let grants: [Grant]

    /// The user's own name and all groups the user belongs to, however indirectly.
    private func groups(of user: String) -> Set<String> {
        var known: Set<String> = [user]
        var pending = [user]
        while let name = pending.popLast() {
            for group in memberships[name, default: []] where known.insert(group).inserted {
                pending.append(group)
            }
        }
        return known
    }

    /// The rights of `user` on `path`, each decided by its deepest matching grant.
    func rights(of user: String, on path: String) -> Rights {
        let names = groups(of: user)
        let parts = path.split(separator: "/")
        let matching = grants
            .filter { names.contains($0.group) && parts.starts(with: $0.folder) }
            .sorted { a, b in
                if a.folder.count != b.folder.count { return a.folder.count < b.folder.count }
                return a.effect == .allow && b.effect == .deny
            }
        // Later grants override earlier ones.
        return matching.reduce(into: Rights()) { result, grant in
            switch grant.effect {
            case .allow: result.formUnion(grant.rights)
            case .deny: result.subtract(grant.rights)
            }
        }
    }
}

let policy = Policy(
    memberships: ["tessa": ["editors"], "umar": ["interns"], "interns": ["editors"]],
    grants: [
        Grant(.allow, [.read, .write], to: "editors", on: "/articles"),
        Grant(.deny, .write, to: "interns", on: "/articles"),
        Grant(.allow, .write, to: "umar", on: "/articles/drafts"),
        Grant(.allow, .all, to: "tessa", on: "/"),
    ]
)

assert(policy.rights(of: "tessa", on: "/articles/2024/spring") == .all)
assert(policy.rights(of: "umar", on: "/articles/2024") == .read)
assert(policy.rights(of: "umar", on: "/articles/drafts/one") == [.read, .write])
assert(policy.rights(of: "guest", on: "/articles").isEmpty)
print("all access checks passed")
