package io.quorate.node.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.node.workload.oci.ImageArchive;
import io.quorate.node.workload.oci.ImageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of crun and runc; whether there is one does not matter here. */
class OciBundleTest {
    @TempDir
    Path folder;

    private static Walls walls(OptionalLong user, boolean notRoot, Set<String> added, Set<String> dropped) {
        return new Walls(
                "web-1",
                user,
                OptionalLong.empty(),
                notRoot,
                true,
                Set.of("/conf"),
                false,
                added,
                dropped,
                false,
                false);
    }

    private static JsonNode config(Walls walls, OciUser user, Optional<OciBundle.Owner> owner) {
        return new OciBundle(
                        List.of("/web", "--port", "80"),
                        Map.of("B", "2", "A", "1"),
                        "/srv",
                        user,
                        Path.of("/images/root"),
                        Map.of("/conf", Path.of("/pods/u/volumes/conf"), "/data", Path.of("/pods/u/volumes/data")),
                        walls,
                        Limits.NONE,
                        owner)
                .config();
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void a_container_has_namespaces_of_its_own_but_for_the_network() {
        JsonNode config =
                config(walls(OptionalLong.empty(), false, Set.of(), Set.of()), new OciUser(0, 0, ""), Optional.empty());
        assertThat(config.at("/linux/namespaces").findValuesAsText("type"))
                .containsExactly("mount", "pid", "ipc", "uts");
        assertThat(config.path("hostname").asText()).isEqualTo("web-1");
        assertThat(config.at("/root/readonly").asBoolean()).isTrue();
        assertThat(texts(config.at("/process/args"))).containsExactly("/web", "--port", "80");
        assertThat(texts(config.at("/process/env"))).containsExactly("A=1", "B=2");
        assertThat(config.at("/process/cwd").asText()).isEqualTo("/srv");
        assertThat(config.at("/process/noNewPrivileges").asBoolean()).isTrue();
        assertThat(texts(config.at("/linux/seccomp/syscalls/0/names"))).contains("mount", "bpf", "unshare");
        assertThat(texts(config.at("/linux/maskedPaths"))).contains("/proc/kcore");
    }

    @Test
    void volumes_are_bound_and_written_where_they_may_be() {
        JsonNode mounts = config(
                        walls(OptionalLong.empty(), false, Set.of(), Set.of()), new OciUser(0, 0, ""), Optional.empty())
                .path("mounts");
        JsonNode conf = mounts.valueStream()
                .filter(each -> each.path("destination").asText().equals("/conf"))
                .findFirst()
                .orElseThrow();
        assertThat(conf.path("source").asText()).isEqualTo("/pods/u/volumes/conf");
        assertThat(texts(conf.path("options"))).contains("rbind", "ro");
        assertThat(mounts.toString()).contains("\"/data\"");
    }

    @Test
    void capabilities_are_few_and_those_of_nobody_else_are_none() {
        JsonNode root = config(
                        walls(OptionalLong.empty(), false, Set.of("SYS_TIME"), Set.of("CHOWN")),
                        new OciUser(0, 0, ""),
                        Optional.empty())
                .at("/process/capabilities");
        assertThat(texts(root.path("effective")))
                .contains("CAP_SYS_TIME", "CAP_NET_BIND_SERVICE")
                .doesNotContain("CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_NET_RAW");
        JsonNode none = config(
                        walls(OptionalLong.empty(), false, Set.of("KILL"), Set.of("ALL")),
                        new OciUser(101, 101, ""),
                        Optional.empty())
                .at("/process/capabilities");
        assertThat(texts(none.path("bounding"))).containsExactly("CAP_KILL");
        assertThat(texts(none.path("effective"))).isEmpty();
    }

    @Test
    void a_node_that_is_not_root_is_outside_whoever_runs_inside() {
        JsonNode config = config(
                walls(OptionalLong.empty(), false, Set.of(), Set.of()),
                new OciUser(101, 102, ""),
                Optional.of(new OciBundle.Owner(1000, 1001)));
        assertThat(config.at("/linux/namespaces").findValuesAsText("type")).contains("user");
        assertThat(config.at("/linux/uidMappings/0").toString())
                .isEqualTo("{\"containerID\":101,\"hostID\":1000,\"size\":1}");
        assertThat(config.at("/linux/gidMappings/0/hostID").asInt()).isEqualTo(1001);
    }

    @Test
    void a_user_is_found_by_name_and_number_and_the_pods_word_comes_first() throws StartRefused {
        String passwd = "root:x:0:0::/root:/bin/sh\nweb:x:101:102::/srv:\n";
        String group = "root:x:0:\nstaff:x:50:\n";
        Walls usual = Walls.USUAL;
        assertThat(OciUser.of(usual, "", passwd, group)).isEqualTo(new OciUser(0, 0, "/root"));
        assertThat(OciUser.of(usual, "web", passwd, group)).isEqualTo(new OciUser(101, 102, "/srv"));
        assertThat(OciUser.of(usual, "web:staff", passwd, group)).isEqualTo(new OciUser(101, 50, "/srv"));
        assertThat(OciUser.of(usual, "7:8", passwd, group)).isEqualTo(new OciUser(7, 8, ""));
        assertThat(OciUser.of(walls(OptionalLong.of(9), true, Set.of(), Set.of()), "web", passwd, group))
                .isEqualTo(new OciUser(9, 0, ""));
        assertThatThrownBy(() -> OciUser.of(usual, "nobody-knows", passwd, group))
                .hasMessage("unable to find user nobody-knows: no matching entries in passwd file");
        assertThatThrownBy(() -> OciUser.of(walls(OptionalLong.empty(), true, Set.of(), Set.of()), "", passwd, group))
                .isInstanceOfSatisfying(
                        StartRefused.class, no -> assertThat(no.reason()).isEqualTo("CreateContainerConfigError"));
    }

    // ---- what is told before anything runs

    private StartRefused refusal(Optional<Path> program, String image, Walls walls, String... command) {
        ImageStore store = new ImageStore(folder.resolve("images"), folder.resolve("unpacked"));
        ContainerStart start = new ContainerStart(
                "u", "c", 0, 0, image, List.of(command), List.of(), Map.of(), "", Map.of(), Limits.NONE, "", walls);
        try {
            new OciEngine(store, program).prepare(start, folder.resolve("u/containers/c/0"), "u/c/0");
        } catch (StartRefused e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it was not refused");
    }

    @Test
    void a_machine_without_a_runtime_is_told_what_to_install() {
        StartRefused no = refusal(Optional.empty(), "any", Walls.USUAL);
        assertThat(no.reason()).isEqualTo("CreateContainerError");
        assertThat(no.message()).contains("neither crun nor runc is installed", "apt-get install crun");
        assertThat(new OciEngine(new ImageStore(folder, folder), Optional.empty()).shortcomings())
                .hasSize(1);
    }

    @Test
    void an_image_that_is_not_there_is_not_pulled() {
        StartRefused no = refusal(Optional.of(Path.of("/usr/bin/crun")), "nginx:1.27", Walls.USUAL);
        assertThat(no.reason()).isEqualTo("ErrImagePull");
        assertThat(no.message()).contains("image \"nginx:1.27\" is not in", "quorate image import");
    }

    @Test
    void a_program_that_the_image_does_not_have_is_refused_with_its_name() throws IOException {
        new ImageStore(folder.resolve("images"), folder.resolve("unpacked"))
                .bringIn(
                        new ImageArchive()
                                .layer(new ImageArchive.Tar().file("bin/here", new byte[1], 0755))
                                .write(folder.resolve("image.tar")),
                        "");
        Optional<Path> program = Optional.of(Path.of("/usr/bin/crun"));
        StartRefused no = refusal(program, "example/test:1", Walls.USUAL, "sh");
        assertThat(no.reason()).isEqualTo("RunContainerError");
        assertThat(no.message()).isEqualTo("exec: \"sh\": executable file not found in $PATH");
        assertThat(refusal(program, "example/test:1", Walls.USUAL).message()).isEqualTo("no command specified");
    }
}
