package dev.reprise.cli;

import dev.reprise.engine.SavedImage;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.MmFields;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An image for programs: docs/schema/show.json. Addresses are hexadecimal strings, sizes bytes. */
final class ImageJson {
    private ImageJson() {}

    static Map<String, Object> map(SavedImage saved) {
        Image image = saved.content();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("format", saved.formatVersion());
        map.put("image_bytes", saved.imageBytes());
        map.put("memory_bytes", Sizes.saved(image));
        saved.signed().ifPresent(by -> map.put("signed", Map.of("key", by.fingerprint(), "verified", by.isVerified())));
        map.put("machine", machine(image.machine()));
        if (!Words.namespaces(image).isEmpty()) {
            map.put("namespaces", namespaces(image));
        }
        List<Object> processes = new ArrayList<>();
        for (ProcessState process : image.processes()) {
            processes.add(process(image, process));
        }
        map.put("processes", processes);
        List<Object> zombies = new ArrayList<>();
        for (DeadProcess zombie : image.zombies()) {
            zombies.add(zombie(zombie));
        }
        map.put("zombies", zombies);
        return map;
    }

    private static Map<String, Object> machine(Machine machine) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("architecture", machine.architecture());
        map.put("page_size", machine.pageSize());
        map.put("kernel", machine.kernelRelease());
        map.put("xcr0", hex(machine.xcr0()));
        map.put("boot_id", machine.bootId());
        return map;
    }

    private static Map<String, Object> namespaces(Image image) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (EnteredNamespace one : Words.namespaces(image)) {
            map.put(Words.kind(one), Map.of("number", one.unique(), "path", one.path()));
        }
        return map;
    }

    private static Map<String, Object> process(Image image, ProcessState process) {
        AddressSpace memory = image.object(process.addressSpace(), AddressSpace.class);
        FsContext context = image.object(process.fsContext(), FsContext.class);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pid", process.pid());
        map.put("parent", process.parentPid());
        map.put("group", process.groupId());
        map.put("session", process.sessionId());
        map.put("executable", memory.executable().path());
        map.put("directory", context.workingDirectory().path());
        map.put("root", context.root());
        map.put("memory_bytes", Sizes.saved(memory));
        List<Object> threads = new ArrayList<>();
        for (TaskState task : process.tasks()) {
            threads.add(thread(task));
        }
        map.put("threads", threads);
        List<Object> mappings = new ArrayList<>();
        for (Vma vma : memory.vmas()) {
            mappings.add(mapping(vma, memory.fields()));
        }
        map.put("mappings", mappings);
        List<Object> descriptors = new ArrayList<>();
        for (Descriptor descriptor :
                image.object(process.fdTable(), FdTable.class).descriptors()) {
            descriptors.add(descriptor(descriptor, image.object(descriptor.openFile(), OpenFile.class)));
        }
        map.put("descriptors", descriptors);
        return map;
    }

    private static Map<String, Object> zombie(DeadProcess zombie) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pid", zombie.pid());
        map.put("parent", zombie.parentPid());
        map.put("group", zombie.groupId());
        map.put("session", zombie.sessionId());
        map.put("name", Words.name(zombie.name()));
        map.put("wait_status", zombie.waitStatus());
        return map;
    }

    private static Map<String, Object> thread(TaskState task) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tid", task.tid());
        map.put("name", Words.name(task));
        map.put("ip", hex(task.registers().rip()));
        map.put("sp", hex(task.registers().rsp()));
        return map;
    }

    private static Map<String, Object> mapping(Vma vma, MmFields fields) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("start", hex(vma.start()));
        map.put("end", hex(vma.end()));
        map.put("protection", Words.protection(vma));
        map.put("offset", vma.offset());
        map.put("backing", Words.backing(vma, fields));
        return map;
    }

    private static Map<String, Object> descriptor(Descriptor descriptor, OpenFile file) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("number", descriptor.number());
        map.put("close_on_exec", descriptor.closeOnExec());
        map.put("kind", Words.kind(file));
        map.put("detail", Words.detail(file));
        map.put("object", file.id().value());
        map.put("flags", "0" + Integer.toOctalString(file.flags()));
        return map;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
