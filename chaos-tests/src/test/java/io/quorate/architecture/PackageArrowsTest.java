package io.quorate.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each package knows what its package-info says and nothing else. */
class PackageArrowsTest {

    /** A package, and everything that it may know beside the Java platform and itself. */
    static Stream<Arguments> arrows() {
        return Stream.of(
                knows("io.quorate.persistence.contract"),
                knows("io.quorate.persistence.journal", "io.quorate.persistence.contract"),
                knows("io.quorate.persistence.store", "org.slf4j", "org.iq80.leveldb..", "org.fusesource.leveldbjni.."),
                knows(
                        "io.quorate.persistence.events",
                        "org.slf4j",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.store"),
                knows(
                        "io.quorate.persistence.backup",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.events"),
                knows(
                        "io.quorate.persistence.raft",
                        "org.slf4j",
                        "io.microraft..",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.store",
                        "io.quorate.persistence.events"),
                knows(
                        "io.quorate.persistence.remote",
                        "org.slf4j",
                        "org.apache.pekko..",
                        "scala..",
                        "com.typesafe.config",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.tls"),
                knows(
                        "io.quorate.persistence.peer",
                        "org.slf4j",
                        "org.apache.pekko..",
                        "scala..",
                        "com.typesafe.config",
                        "com.fasterxml.jackson..",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.remote",
                        "io.quorate.persistence.tls"),
                knows(
                        "io.quorate.persistence.embedded",
                        "org.slf4j",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.store",
                        "io.quorate.persistence.events",
                        "io.quorate.persistence.raft"),
                knows(
                        "io.quorate.persistence.plugin",
                        "org.slf4j",
                        "org.apache.pekko..",
                        "scala..",
                        "com.typesafe.config",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.store",
                        "io.quorate.persistence.remote",
                        "io.quorate.persistence.tls",
                        "io.quorate.persistence.embedded"),
                knows(
                        "io.quorate.persistence.tls",
                        "javax.net.ssl",
                        "javax.naming..",
                        "javax.security.auth.x500",
                        "org.apache.pekko.actor..",
                        "org.apache.pekko.io",
                        "org.apache.pekko.remote.artery.tcp",
                        // Of the rehearsal alone, which speaks as Pekko's remoting does.
                        "org.apache.pekko",
                        "org.apache.pekko.japi.function",
                        "org.apache.pekko.stream..",
                        "org.apache.pekko.util",
                        "scala..",
                        "com.typesafe.config"),
                knows("io.quorate.node.role"),
                knows("io.quorate.node.contract", "com.fasterxml.jackson..", "io.quorate.persistence.contract"),
                knows("io.quorate.node.fault", "io.quorate.node.contract", "io.quorate.persistence.contract"),
                knows(
                        "io.quorate.node.membership",
                        "org.pcollections",
                        "io.quorate.node.aggregate",
                        "io.quorate.node.contract",
                        "io.quorate.node.role",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows(
                        "io.quorate.node.trust",
                        "javax.security.auth.x500",
                        "org.slf4j",
                        "org.bouncycastle..",
                        "io.quorate.node.folder",
                        "io.quorate.persistence.tls"),
                knows(
                        "io.quorate.node.access",
                        "javax.net.ssl",
                        "com.fasterxml.jackson..",
                        "io.quorate.node.folder",
                        "io.quorate.persistence.tls"),
                knows(
                        "io.quorate.node.recovery",
                        "io.quorate.node.aggregate",
                        "io.quorate.node.contract",
                        "io.quorate.node.fault",
                        "io.quorate.node.folder",
                        "io.quorate.node.membership",
                        "io.quorate.node.role",
                        "io.quorate.node.trust",
                        "io.quorate.persistence.backup",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.store",
                        "io.quorate.persistence.events",
                        "io.quorate.persistence.raft"),
                knows(
                        "io.quorate.node.lead",
                        "org.slf4j",
                        "io.quorate.node.contract",
                        "io.quorate.node.fault",
                        "io.quorate.node.folder",
                        "io.quorate.node.member",
                        "io.quorate.node.membership",
                        "io.quorate.node.presence",
                        "io.quorate.node.role",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.raft",
                        "io.quorate.persistence.tls"),
                knows(
                        "io.quorate.node.backup",
                        "org.slf4j",
                        "io.quorate.node.contract",
                        "io.quorate.node.membership",
                        "io.quorate.node.role",
                        "io.quorate.persistence.backup"),
                knows(
                        "io.quorate.node.upgrade",
                        "io.quorate.node.aggregate",
                        "io.quorate.node.contract",
                        "io.quorate.node.membership",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows("io.quorate.node.workload.image", "com.sun.net.httpserver"),
                knows(
                        "io.quorate.node.workload",
                        "javax.net.ssl",
                        "org.slf4j",
                        "com.fasterxml.jackson..",
                        "io.quorate.node.workload.image",
                        "io.quorate.node.workload.oci"),
                knows(
                        "io.quorate.node.workload.oci",
                        "com.fasterxml.jackson..",
                        "org.apache.commons.compress.archivers.."),
                knows(
                        "io.quorate.node.release",
                        "org.slf4j",
                        "com.fasterxml.jackson..",
                        "com.typesafe.config",
                        "org.apache.commons.compress.archivers..",
                        "io.quorate.node.contract",
                        "io.quorate.node.fault",
                        "io.quorate.node.folder"),
                knows("io.quorate.node.folder", "com.fasterxml.jackson..", "io.quorate.persistence.contract"),
                knows(
                        "io.quorate.control.kv",
                        "org.pcollections",
                        "io.quorate.node.aggregate",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows("io.quorate.control.resource", "com.fasterxml.jackson.."),
                knows(
                        "io.quorate.control.schema",
                        "com.fasterxml.jackson..",
                        "io.fabric8.kubernetes.api.model..",
                        "io.quorate.control.patch",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.patch",
                        "com.fasterxml.jackson..",
                        "io.fabric8.zjsonpatch",
                        "io.quorate.control.resource"),
                knows("io.quorate.control.table", "com.fasterxml.jackson..", "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.objects",
                        "org.pcollections",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.patch",
                        "io.quorate.control.resource",
                        "io.quorate.control.schema",
                        "io.quorate.node.aggregate",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows(
                        "io.quorate.control.controller",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.objects",
                        "io.quorate.control.patch",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.schedule",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.controller",
                        "io.quorate.control.objects",
                        "io.quorate.control.patch",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.addon",
                        "com.fasterxml.jackson.databind..",
                        "io.quorate.control.objects",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.proxy",
                        "org.slf4j",
                        "org.apache.pekko..",
                        "scala..",
                        "org.reactivestreams",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.objects",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.follow",
                        "org.apache.pekko.util",
                        "scala..",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.objects",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.upstream",
                        "org.slf4j",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.resource"),
                knows(
                        "io.quorate.control.agent",
                        "org.slf4j",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.objects",
                        "io.quorate.control.patch",
                        "io.quorate.control.resource",
                        "io.quorate.node.workload",
                        "io.quorate.node.workload.oci"),
                knows(
                        "io.quorate.control.channel",
                        "org.slf4j",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.resource",
                        "io.quorate.node.workload"),
                knows(
                        "io.quorate.control.kubernetes",
                        "org.slf4j",
                        "org.apache.pekko..",
                        "scala..",
                        "com.fasterxml.jackson..",
                        "io.quorate.control.addon",
                        "io.quorate.control.agent",
                        "io.quorate.control.channel",
                        "io.quorate.control.controller",
                        "io.quorate.control.follow",
                        "io.quorate.control.objects",
                        "io.quorate.control.patch",
                        "io.quorate.control.proxy",
                        "io.quorate.control.resource",
                        "io.quorate.control.schedule",
                        "io.quorate.control.schema",
                        "io.quorate.control.table",
                        "io.quorate.control.upstream",
                        "io.quorate.node",
                        "io.quorate.node.contract",
                        "io.quorate.node.folder",
                        "io.quorate.node.upgrade",
                        "io.quorate.node.workload",
                        "io.quorate.node.workload.oci",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows(
                        "io.quorate.control.metrics",
                        "kamon..",
                        "ch.qos.logback.classic..",
                        "scala..",
                        "com.typesafe.config",
                        "io.quorate.persistence.journal"),
                knows("io.quorate.simulations.schedule", "com.fasterxml.jackson.."),
                knows(
                        "io.quorate.simulations.scale",
                        "io.quorate.node.contract",
                        "io.quorate.node.membership",
                        "io.quorate.node.presence",
                        "io.quorate.node.role",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.events",
                        "io.quorate.persistence.journal",
                        "io.quorate.persistence.raft",
                        "io.quorate.simulations.cluster",
                        "io.quorate.simulations.world"),
                knows(
                        "io.quorate.simulations.invariant",
                        "io.quorate.persistence.contract",
                        "io.quorate.persistence.journal"),
                knows(
                        "io.quorate.simulations.report",
                        "com.fasterxml.jackson..",
                        "io.quorate.node.role",
                        "io.quorate.simulations.schedule"),
                knows("io.quorate.chaos.history", "com.fasterxml.jackson.."),
                knows("io.quorate.chaos.check", "com.fasterxml.jackson.databind", "io.quorate.chaos.history"),
                knows(
                        "io.quorate.chaos.workload",
                        "com.fasterxml.jackson..",
                        "io.quorate.chaos.history",
                        "io.quorate.chaos.load"),
                knows("io.quorate.chaos.network"),
                knows(
                        "io.quorate.chaos.pods",
                        "com.fasterxml.jackson.databind",
                        "io.quorate.chaos.load",
                        "io.quorate.chaos.network",
                        "io.quorate.chaos.process"),
                knows(
                        "io.quorate.chaos.upgrade",
                        "com.fasterxml.jackson.databind",
                        "io.quorate.chaos.load",
                        "io.quorate.chaos.pods",
                        "io.quorate.chaos.process",
                        "io.quorate.chaos.report",
                        "io.quorate.node.fault"),
                knows("io.quorate.chaos.clock", "com.sun.tools.attach"),
                knows(
                        "io.quorate.chaos.nemesis",
                        "com.fasterxml.jackson.databind",
                        "io.quorate.chaos.clock",
                        "io.quorate.chaos.load",
                        "io.quorate.chaos.network",
                        "io.quorate.chaos.process",
                        "io.quorate.simulations.schedule"),
                knows("io.quorate.chaos.report", "com.fasterxml.jackson.databind..", "io.quorate.chaos.nemesis"));
    }

    private static Arguments knows(String name, String... others) {
        return arguments(name, others);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("arrows")
    void a_package_knows_only_what_it_says(String name, String[] others) {
        classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(Stream.concat(Stream.of(House.javaAnd(others)), Stream.of(name))
                        .toArray(String[]::new))
                .check(House.MAIN);
    }

    @Test
    void what_makes_connections_trusted_knows_streams_in_its_rehearsal_alone() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.persistence.tls")
                .and()
                .doNotHaveSimpleName("Rehearsal")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pekko.stream..")
                .check(House.MAIN);
    }

    /** A library, and the only packages that may import it. */
    static Stream<Arguments> walls() {
        return Stream.of(
                only("io.quorate.persistence.raft", "io.microraft.."),
                only("io.quorate.persistence.store", "org.iq80.leveldb..", "org.fusesource.."),
                only("io.quorate.node.trust", "org.bouncycastle.."),
                only("io.quorate.control.http", "org.apache.pekko.http.."),
                only("io.quorate.control.metrics", "kamon.."),
                only("io.quorate.control.schema", "io.fabric8.kubernetes.."),
                only("io.quorate.control.patch", "io.fabric8.zjsonpatch.."),
                only("io.quorate.node.[release|workload.oci]", "org.apache.commons.compress.."),
                only("io.quorate.control.cli", "picocli.."),
                only("io.quorate.persistence.plugin..", "org.apache.pekko.persistence.."));
    }

    private static Arguments only(String owner, String... library) {
        return arguments(owner, library);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("walls")
    void a_library_is_imported_by_one_package_of_the_product(String owner, String[] library) {
        noClasses()
                .that()
                .resideInAnyPackage("io.quorate.persistence..", "io.quorate.node..", "io.quorate.control..")
                .and()
                .resideOutsideOfPackage(owner)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .check(House.MAIN);
    }

    @Test
    void the_node_knows_neither_http_nor_the_command_line() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.node..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pekko.http..", "java.net.http..", "picocli..")
                .check(House.MAIN);
    }

    @Test
    void what_answers_peer_services_and_the_kubernetes_api_knows_neither_http_nor_the_command_line() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.quorate.control.peer", "io.quorate.control.command", "io.quorate.control.kubernetes")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quorate.control.http", "io.quorate.control.cli", "org.apache.pekko.http..")
                .check(House.MAIN);
    }

    /** What a service depends on: this package, and what it needs to speak. */
    @Test
    void the_published_protocol_knows_neither_raft_nor_the_store_nor_pekko_persistence() {
        noClasses()
                .that()
                .resideInAnyPackage("io.quorate.persistence.peer", "io.quorate.persistence.remote")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorate.persistence.raft",
                        "io.quorate.persistence.events",
                        "io.quorate.persistence.store",
                        "io.quorate.persistence.embedded",
                        "io.quorate.persistence.plugin",
                        "org.apache.pekko.persistence..")
                .check(House.MAIN);
    }

    @Test
    void the_shell_of_aggregates_knows_none_of_them() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.node.aggregate")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quorate.node.membership",
                        "io.quorate.node.role",
                        "io.quorate.node.folder",
                        "io.quorate.node.contract")
                .check(House.MAIN);
    }

    @Test
    void rules_of_aggregates_know_the_aggregate_and_nothing_of_its_shell() {
        noClasses()
                .that()
                .resideInAnyPackage("io.quorate.node.membership", "io.quorate.control.kv", "io.quorate.control.objects")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.quorate\\.node\\.aggregate\\.(HostedAggregate|AggregateActor).*")
                .check(House.MAIN);
    }

    @Test
    void only_start_loads_a_node() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.control.cli")
                .and()
                .doNotHaveSimpleName("StartCommand")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.quorate.node.Node")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pekko..", "io.quorate.control.http", "io.quorate.control.metrics")
                .check(House.MAIN);
    }
}
