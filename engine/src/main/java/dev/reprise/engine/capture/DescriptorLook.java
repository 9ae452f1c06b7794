package dev.reprise.engine.capture;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.OutsideLinks.Fate;
import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the kinds of open files must know of the processes and their neighbours, and where they put their refusals. */
final class DescriptorLook {
    private final ProcessSet set;
    private final OutsideHolders outside;
    private final Descriptions descriptions;
    private final OwnTerminals terminals;
    private final boolean frozen;
    private final IoUrings rings;
    private final KernelView kernel;
    private final LinkFates links;
    private final SocketIndex sockets;
    private final InetIndex inet = new InetIndex();
    private final TcpIndex tcp;
    private final Pseudoterminals pseudoterminals;
    private final Map<Integer, VisibleMounts> mounts = new HashMap<>();
    private final List<Refusal> refusals = new ArrayList<>();
    private final Map<String, ObjectId> opened = new HashMap<>();
    private final Map<ObjectId, List<EpollMember>> epollMembers = new HashMap<>();

    DescriptorLook(
            ProcessSet set,
            OutsideHolders outside,
            Descriptions descriptions,
            OwnTerminals terminals,
            boolean frozen,
            OutsideLinks links,
            IoUrings rings,
            KernelView kernel) {
        this.rings = rings;
        this.kernel = kernel;
        this.set = set;
        this.outside = outside;
        this.descriptions = descriptions;
        this.terminals = terminals;
        this.frozen = frozen;
        this.links = new LinkFates(links, descriptions);
        sockets = new SocketIndex(descriptions, set.outsiders());
        tcp = new TcpIndex(sockets, inet);
        pseudoterminals = new Pseudoterminals(descriptions);
    }

    /** The processes that are looked at together. */
    ProcessSet set() {
        return set;
    }

    Descriptions descriptions() {
        return descriptions;
    }

    /** What is known of io_urings. */
    IoUrings rings() {
        return rings;
    }

    /** What only the kernel's memory tells. */
    KernelView kernel() {
        return kernel;
    }

    /** Which sockets are inside. */
    SocketIndex sockets() {
        return sockets;
    }

    /** What the kernel tells of TCP and UDP sockets. */
    InetIndex inet() {
        return inet;
    }

    /** Which TCP connections are inside. */
    TcpIndex tcp() {
        return tcp;
    }

    /** What the user has settled. */
    LinkFates links() {
        return links;
    }

    /** A key that names nothing is an error of the user's. */
    void requireKnownKeys() {
        for (String key : links.unknown()) {
            refusals.add(new Refusal(
                    "--external " + key,
                    set.text(),
                    "nothing that is open has this key",
                    "reprise explain tells the keys"));
        }
    }

    /** Whether another open file is to take its place. */
    boolean isInherited(LiveDescriptor d) {
        return links.of(idOf(d)) == Fate.INHERIT;
    }

    /** Whether it is to be the program's own afterwards. */
    boolean isCut(LiveDescriptor d) {
        return links.of(idOf(d)) == Fate.CUT;
    }

    /** Whether a TCP connection to the outside is to be reset. */
    boolean isReset(LiveDescriptor d) {
        return links.resets(idOf(d));
    }

    /** The processes that have an open file, by a thread of each that lives. */
    Set<Integer> holders(LiveDescriptor d) {
        return descriptions.holders(idOf(d));
    }

    private ObjectId idOf(LiveDescriptor d) {
        return descriptions.idOf(d.pid(), d.number());
    }

    /** The terminals whose masters are inside. */
    Pseudoterminals pseudoterminals() {
        return pseudoterminals;
    }

    /** Whether a process outside has the terminal open that has this name for {@code d}'s process. */
    boolean isOpenOutside(LiveDescriptor d, String terminal) throws KernelException {
        return outside.holdsTerminal(d.pid(), terminal);
    }

    /** Whether nothing changes any more, and what is in flight is known. */
    boolean isFrozen() {
        return frozen;
    }

    /** Whether a process is among those to be saved. */
    boolean isInside(int pid) {
        return set.member(pid) != null;
    }

    /** Whether a process outside has the thing of this name (pipe:[..], a FIFO's path) open, and that matters. */
    boolean isHeldOutside(LiveDescriptor d) {
        return outside.holds(d) && !isCut(d);
    }

    /** A counter, timer or set that a process outside has open, too, would be two afterwards. */
    void requireOwn(LiveDescriptor d, String kind) {
        int holder = outside.holderOf(d);
        if (holder != 0 && !isCut(d)) {
            refuseLink(
                    d,
                    kind + " shared with another process",
                    "process " + holder + " has it open, too",
                    "checkpoint the processes together, or close it");
        }
    }

    /** Whether a thing that is there once (by a name) is behind another open file, too, that has been asked about. */
    boolean isOpenTwice(LiveDescriptor d, String name) {
        ObjectId known = opened.putIfAbsent(d.link() + " " + name, idOf(d));
        return known != null && !known.equals(idOf(d));
    }

    /** Refuses what leads outside, which the user can settle in two ways. */
    void refuseLink(LiveDescriptor d, String resource, String reason, String help) {
        refuse(d, resource, reason, help, "inherit|cut");
    }

    /** Whether it is one of 0-2 of any process, or they are its duplicates. */
    boolean isStandardStream(LiveDescriptor d) {
        return descriptions.isStandardStream(d.pid(), d.number());
    }

    /** Whether a terminal is the controlling one or among 0-2. */
    boolean isOwnTerminal(long device) {
        return terminals.has(device);
    }

    /** Whether a file is of a mount that the process sees; refused by name otherwise. */
    boolean requireMounted(LiveDescriptor d) throws KernelException {
        VisibleMounts visible = mounts.get(d.pid());
        if (visible == null) {
            visible = VisibleMounts.of(d.pid());
            mounts.put(d.pid(), visible);
        }
        boolean mounted = visible.contain(d.info().mountId());
        if (!mounted) {
            refuse(d, "file of a detached mount", d.link() + " cannot be found by its name", "close it");
        }
        return mounted;
    }

    /** Refuses what cannot be saved; another can take its place. */
    void refuse(LiveDescriptor d, String resource, String reason, String help) {
        refuse(d, resource, reason, help, "inherit");
    }

    private void refuse(LiveDescriptor d, String resource, String reason, String help, String fates) {
        String settle = descriptions.isInFlight(d.pid(), d.number()) || links.of(idOf(d)) == Fate.REFUSE
                ? ""
                : "--external " + LinkFates.key(d) + "=" + fates;
        String both = help.isEmpty() || settle.isEmpty() ? help + settle : help + ", or settle it: " + settle;
        refusals.add(new Refusal(resource, where(d), reason, both));
    }

    /** The same for what goes by itself as soon as the process runs. */
    void refuseForNow(LiveDescriptor d, String resource, String reason, String help) {
        refusals.add(new Refusal(resource, where(d), reason, help).thatPasses());
    }

    /** What stands for tasks is made when all tasks are there; messages are sent before. */
    void requireNotTravelling(LiveDescriptor d, String resource) {
        if (descriptions.isTravelling(d.pid(), d.number())) {
            refuse(d, resource + " on its way", "it waits in a socket, where it cannot be made again", "receive it");
        }
    }

    private String where(LiveDescriptor d) {
        if (descriptions.isInFlight(d.pid(), d.number())) {
            return "an open file on its way in a message";
        }
        String number = "descriptor " + d.number();
        return set.isForest() ? number + " of " + d.processText() : number;
    }

    /** Forgets what has been found in the way after the first {@code before}. */
    void forgetSince(int before) {
        refusals.subList(before, refusals.size()).clear();
    }

    /** Whether nothing has been found in the way so far. */
    boolean isClear() {
        return refusals.isEmpty();
    }

    /** What epoll set {@code d} watches, looked up once: kcmp is linear in the size of the set. */
    List<EpollMember> epollMembers(LiveDescriptor d) throws KernelException {
        ObjectId id = descriptions.idOf(d.pid(), d.number());
        List<EpollMember> known = epollMembers.get(id);
        if (known == null) {
            known = EpollMembers.of(d, descriptions);
            epollMembers.put(id, known);
        }
        return known;
    }

    List<Refusal> refusals() {
        return List.copyOf(refusals);
    }
}
