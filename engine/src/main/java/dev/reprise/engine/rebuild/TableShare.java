package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.TerminalFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the owner of one table has to do with the open files of an image.
 *
 * <p>An open file that several processes have is made once, by the last common ancestor of them all, before it forks:
 * it stands there under a common number, too, at which all its descendants find it.
 *
 * @param made what it makes, whether it keeps it or not
 * @param inherited what it has from those before it
 * @param onlySent those of {@code made} that no table has: they are on their way in messages
 * @param finished those of its table that it is the first to have: what needs the program's own credentials it does
 * @param common the common numbers of those files that have one
 * @param streams those that lead outside the image, and the standard stream that each takes the place of
 */
record TableShare(
        List<OpenFile> made,
        List<OpenFile> inherited,
        List<OpenFile> onlySent,
        List<OpenFile> finished,
        Map<ObjectId, Integer> common,
        Map<ObjectId, Integer> streams) {
    /** That of a process which has its table from another one. */
    static final TableShare NOTHING = new TableShare(List.of(), List.of(), List.of(), List.of(), Map.of(), Map.of());

    private static final int LAST_STREAM = 2;

    TableShare {
        made = List.copyOf(made);
        inherited = List.copyOf(inherited);
        onlySent = List.copyOf(onlySent);
        finished = List.copyOf(finished);
        common = Map.copyOf(common);
        streams = Map.copyOf(streams);
    }

    /** That of a table which shares nothing with any other. */
    static TableShare alone(Image image, FdTable table) {
        List<OpenFile> all = files(image, table);
        Together together = new Together(image);
        List<OpenFile> sent = all.stream().filter(together::isOnlySent).toList();
        return new TableShare(all, List.of(), sent, all, Map.of(), streams(Inheritance.none(image), List.of(table)));
    }

    /** A table's open files, by their lowest numbers. */
    static List<OpenFile> files(Image image, FdTable table) {
        Set<ObjectId> ids = new LinkedHashSet<>();
        for (Descriptor descriptor : table.descriptors()) {
            ids.add(descriptor.openFile());
        }
        List<OpenFile> files = new ArrayList<>(ids.size());
        for (ObjectId id : ids) {
            files.add(image.object(id, OpenFile.class));
        }
        return files;
    }

    /**
     * The open files that are none of the image's, and the lowest of 0-2 at which each is in any table; from 3 on, which
     * of those handed over takes its place.
     */
    static Map<ObjectId, Integer> streams(Inheritance inheritance, List<FdTable> tables) {
        Image image = inheritance.image();
        Map<ObjectId, Integer> streams = new HashMap<>();
        for (FdTable table : tables) {
            for (Descriptor descriptor : table.descriptors()) {
                if (descriptor.number() > LAST_STREAM) {
                    break;
                }
                OpenFile file = image.object(descriptor.openFile(), OpenFile.class);
                if (file instanceof TerminalFile || file instanceof OutsideFile) {
                    streams.merge(file.id(), descriptor.number(), Math::min);
                }
            }
        }
        inheritance.places().forEach((file, index) -> streams.put(file, LAST_STREAM + 1 + index));
        return streams;
    }
}
