package io.quorate.control.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.resource.ResourceTypes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What follows the state is what reads it anew. */
class ClusterViewLawsTest {

    private static void act(World world, int act, int which) {
        String pod = "p" + which % 4;
        String node = "n" + which % 3;
        boolean there = world.has(pod);
        boolean nodeThere = world.state().get(World.nodeKey(node)).isPresent();
        boolean bound = there && !world.home(pod).isEmpty();
        switch (act) {
            case 0 -> {
                if (!there) {
                    world.pod(pod, "'app':'a" + which % 2 + "'", "owner-" + which % 2, "", "'cpu':'" + which + "m'");
                }
            }
            case 1 -> {
                if (there && !bound) {
                    world.does(new io.quorate.control.objects.ObjectCommand.Bind(
                            World.key(pod), "", node, request(which)));
                }
            }
            case 2 -> {
                if (there) {
                    world.delete(ResourceTypes.POD, pod);
                }
            }
            case 3 -> {
                if (there) {
                    world.patch(
                            ResourceTypes.POD,
                            pod,
                            "status",
                            "{'status':{'phase':'" + (which % 3 == 0 ? "Succeeded" : "Running") + "'}}");
                }
            }
            case 4 -> {
                if (there) {
                    world.patch(ResourceTypes.POD, pod, "", "{'metadata':{'labels':{'app':'b" + which % 5 + "'}}}");
                }
            }
            case 5 -> {
                if (nodeThere) {
                    world.delete(ResourceTypes.NODE, node);
                } else {
                    world.node(node, "z" + which % 2, "'cpu':'" + which + "'");
                }
            }
            default -> {
                if (nodeThere) {
                    world.ready(node, which % 2 == 0 ? "True" : "Unknown");
                }
            }
        }
    }

    private static io.quorate.control.objects.Request request(int which) {
        return new io.quorate.control.objects.Request(
                "a",
                "b",
                false,
                io.quorate.control.objects.Request.FieldValidation.IGNORE,
                1_700_000_000_000L,
                "uid-" + which,
                "abcde");
    }

    @Property(tries = 200)
    void a_view_that_follows_is_as_one_that_is_made_anew(
            @ForAll @Size(max = 60) List<@IntRange(max = 6) Integer> acts,
            @ForAll @Size(min = 60, max = 60) List<@IntRange(min = 1, max = 500) Integer> which) {
        World world = new World();
        ClusterView following = new ClusterView();
        for (int i = 0; i < acts.size(); i++) {
            act(world, acts.get(i), which.get(i));
            if (which.get(i) % 3 != 0) { // several changes at once, too
                following.follow(world.state());
            }
            following.waiting().stream().findFirst().ifPresent(pod -> {
                if (pod.priority() == 0 && acts.size() % 2 == 0) {
                    following.assume(pod, "n0");
                    following.forget(pod.key());
                }
            });
        }
        following.follow(world.state());
        assertThat(seen(following)).isEqualTo(seen(ClusterView.of(world.state())));
    }

    private static Map<String, Object> seen(ClusterView view) {
        Map<String, Object> seen = new HashMap<>();
        seen.put("nodes", List.copyOf(view.nodes()));
        // What a pod wants counts while it waits, and what it takes when it is placed; its labels and owner always do.
        seen.put("waiting", Set.copyOf(view.waiting()));
        Set<List<Object>> placed = new HashSet<>();
        view.placed()
                .forEach(pod -> placed.add(List.of(pod.key(), pod.node(), pod.labels(), pod.owner(), pod.requested())));
        seen.put("placed", placed);
        for (int i = 0; i < 3; i++) {
            Load load = view.load("n" + i);
            seen.put("load " + i, List.of(load.count(), load.taken(), load.estimated()));
        }
        for (int i = 0; i < 2; i++) {
            seen.put("owner " + i, Map.copyOf(view.ofOwner("owner-" + i)));
        }
        return seen;
    }
}
