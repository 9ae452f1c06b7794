package dev.reprise.engine.capture;

import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.FdInfos;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the processes of a set have open, as it was seen: each table once, a parent's before its children's. */
final class SeenTables {
    private final Map<Member, SeenTable> tables = new LinkedHashMap<>();

    private SeenTables() {}

    /** Of processes that run. */
    static SeenTables running(ProcessSet set) throws KernelException {
        Map<Integer, Member> parents = byPid(set);
        return of(set.members(), member -> SeenTable.running(member.tid(), tid(parents.get(member.parent()))));
    }

    /** Of frozen ones, by what they have told themselves; those who share a table have one. */
    static SeenTables frozen(ProcessSet set, Sharing sharing, Map<Integer, OpenNumbers> numbers)
            throws KernelException {
        Map<Integer, Member> parents = byPid(set);
        parents.replaceAll((_, member) -> sharing.firstOf(member));
        return of(
                set.members().stream().filter(sharing::isFirst).toList(),
                member -> SeenTable.frozen(member.tid(), tid(parents.get(member.parent())), numbers.get(member.pid())));
    }

    private static Map<Integer, Member> byPid(ProcessSet set) {
        Map<Integer, Member> members = new HashMap<>();
        set.members().forEach(member -> members.put(member.pid(), member));
        return members;
    }

    private static int tid(@Nullable Member member) {
        return member == null ? 0 : member.tid();
    }

    // Parents before their children: what a running parent has under a number is read before it is compared.
    private static SeenTables of(List<Member> members, Readers.Read<Member, SeenTable> read) throws KernelException {
        Map<Member, SeenTable> found = new HashMap<>();
        for (List<Member> generation : generations(members)) {
            List<@Nullable SeenTable> all = Readers.all(generation, member -> {
                try {
                    return read.of(member);
                } catch (KernelException ended) {
                    requireGone(ended, members);
                    return null;
                }
            });
            for (int i = 0; i < all.size(); i++) {
                SeenTable table = all.get(i);
                if (table != null) {
                    found.put(generation.get(i), table);
                }
            }
        }
        SeenTables seen = new SeenTables();
        for (Member member : members) {
            SeenTable table = found.get(member);
            if (table != null) {
                seen.tables.put(member, table);
            }
        }
        return seen;
    }

    private static List<List<Member>> generations(List<Member> members) {
        Map<Integer, Integer> depths = new HashMap<>();
        List<List<Member>> generations = new ArrayList<>();
        for (Member member : members) {
            int depth = depths.getOrDefault(member.parent(), -1) + 1;
            depths.put(member.pid(), depth);
            if (depth == generations.size()) {
                generations.add(new ArrayList<>());
            }
            generations.get(depth).add(member);
        }
        return generations;
    }

    // One of many may end at any time before the freeze; the only one is what the user asked for.
    private static void requireGone(KernelException failure, List<Member> members) throws KernelException {
        if (members.size() == 1) {
            throw failure;
        }
        Gone.requireGone(failure);
    }

    /** The open files, each once. */
    Descriptions descriptions(ObjectTable objects) throws KernelException {
        Descriptions descriptions = new Descriptions();
        for (SeenTable table : tables.values()) {
            for (SeenDescriptor one : table.descriptors()) {
                try {
                    add(table, one, descriptions, objects);
                } catch (KernelException closed) {
                    Gone.requireGone(closed);
                }
            }
        }
        return descriptions;
    }

    // What runs may have put another file there between the look at the parent and that at the child.
    private static void add(SeenTable table, SeenDescriptor one, Descriptions descriptions, ObjectTable objects)
            throws KernelException {
        FdInfo info = one.info();
        if (info != null) {
            descriptions.add(table.tid(), one.number(), one.link(), info, objects);
        } else if (!descriptions.addInherited(table.tid(), one.number(), table.parent())) {
            String link = Proc.link("/proc/" + table.tid() + "/fd/" + one.number());
            descriptions.add(table.tid(), one.number(), link, FdInfo.of(table.tid(), one.number()), objects);
        }
    }

    /** The records of frozen tables, added to {@code objects}; their ids by process. */
    Map<Integer, ObjectId> take(
            Descriptions descriptions, Map<Integer, OpenNumbers> numbers, LockedInodes locked, ObjectTable objects)
            throws KernelException {
        List<Map.Entry<Member, SeenTable>> all = List.copyOf(tables.entrySet());
        List<@Nullable FdTable> records = Readers.all(
                all,
                one -> record(
                        one.getValue(), descriptions, numbers.get(one.getKey().pid()), locked));
        Map<Integer, ObjectId> ids = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            FdTable known = records.get(i);
            if (known != null) {
                FdTable table = new FdTable(objects.newId(), known.descriptors(), known.locks());
                objects.add(table);
                ids.put(all.get(i).getKey().pid(), table.id());
            }
        }
        return ids;
    }

    private static FdTable record(
            SeenTable table, Descriptions descriptions, @Nullable OpenNumbers numbers, LockedInodes locked)
            throws KernelException {
        Map<Integer, FdInfo> again = FdInfos.of(table.tid(), table.withLocks(descriptions, locked));
        List<Descriptor> descriptors = new ArrayList<>(table.descriptors().size());
        TableLocks locks = new TableLocks();
        for (SeenDescriptor one : table.descriptors()) {
            int number = one.number();
            FdInfo info = one.info() == null ? again.get(number) : one.info();
            boolean closes = info != null ? info.closeOnExec() : numbers != null && numbers.closesOnExec(number);
            ObjectId file = descriptions.idOf(table.tid(), number);
            descriptors.add(new Descriptor(number, closes, file));
            if (info != null) {
                locks.add(number, file, info, descriptions.isFirst(table.tid(), number));
            }
        }
        return new FdTable(ObjectId.NONE, descriptors, locks.all());
    }
}
