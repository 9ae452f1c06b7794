package dev.reprise.engine.capture;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.OutsideLinks.Fate;
import dev.reprise.engine.model.OutsideTcp;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the user has settled about open files, by the files. */
final class LinkFates {
    private static final Pattern NUMBERED = Pattern.compile("([1-9][0-9]{0,8})/(0|[1-9][0-9]{0,8})");

    private final OutsideTcp tcp;
    private final Map<ObjectId, String> keys = new HashMap<>();
    private final Map<ObjectId, Fate> fates = new HashMap<>();
    private final List<String> unknown = new ArrayList<>();

    LinkFates(OutsideLinks links, Descriptions descriptions) {
        this.tcp = links.tcp();
        links.fates().forEach((key, fate) -> {
            if (!MemoryFates.isKey(key) && !find(key, fate, descriptions)) {
                unknown.add(key);
            }
        });
        unknown.sort(null);
    }

    private boolean find(String key, Fate fate, Descriptions descriptions) {
        Matcher numbered = NUMBERED.matcher(key);
        if (numbered.matches()) {
            ObjectId id = descriptions.idOf(Integer.parseInt(numbered.group(1)), Integer.parseInt(numbered.group(2)));
            if (id.equals(ObjectId.NONE)) {
                return false;
            }
            settle(id, key, fate);
            return true;
        }
        boolean found = false;
        for (Descriptions.Description one : descriptions.all()) {
            if (one.link().equals(key)) {
                settle(one.id(), key, fate);
                found = true;
            }
        }
        return found;
    }

    private void settle(ObjectId id, String key, Fate fate) {
        keys.put(id, key);
        fates.put(id, fate);
    }

    /** What is to become of an open file; null where the user has said nothing. */
    @Nullable
    Fate of(ObjectId file) {
        return fates.get(file);
    }

    /** The key by which the user has named it. */
    String keyOf(ObjectId file) {
        return keys.getOrDefault(file, "");
    }

    /** Whether a TCP connection to the outside is to be reset. */
    boolean resets(ObjectId file) {
        Fate fate = fates.get(file);
        return fate == null ? tcp == OutsideTcp.RESET : fate == Fate.CUT;
    }

    /** The keys that no open file has. */
    List<String> unknown() {
        return unknown;
    }

    /** By which key a user can name an open file. */
    static String key(LiveDescriptor d) {
        String link = d.link();
        boolean own = link.startsWith("pipe:[")
                || link.startsWith("socket:[")
                || link.startsWith("/") && !link.endsWith(FileIdentity.DELETED);
        return own ? link : d.pid() + "/" + d.number();
    }
}
