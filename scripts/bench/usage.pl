# Runs a command, and says on file descriptor 3 what the kernel has accounted to it:
# CPU time (user and system) in microseconds, peak resident memory in KiB, wall time in microseconds.
#
# What a shell's `times` rounds down to milliseconds, getrusage(2) knows exactly. It is called by its
# number, as is clock_gettime(2), so that the Perl that every Debian has is enough.
use strict;
use warnings;
use Config;

use constant RUSAGE_CHILDREN => -1;
use constant RUSAGE_BYTES    => 144;
use constant CLOCK_MONOTONIC => 1;
use constant TIMESPEC_BYTES  => 16;

my %numbers_of = (
    'x86_64'  => { getrusage => 98,  clock_gettime => 228 },
    'aarch64' => { getrusage => 165, clock_gettime => 113 },
);
my ($machine) = split /-/, $Config{archname};
my $number_of = $numbers_of{$machine} or die "The numbers of system calls on $machine are not known\n";

# Microseconds since some moment in the past.
sub now {
    my $time = "\0" x TIMESPEC_BYTES;
    syscall($number_of->{clock_gettime}, CLOCK_MONOTONIC, $time) == 0 or die "clock_gettime failed: $!\n";
    my ($seconds, $nanoseconds) = unpack 'q2', $time;
    return $seconds * 1_000_000 + $nanoseconds / 1000;
}

my $start = now();
my $child = fork // die "Cannot fork: $!\n";
if ($child == 0) {
    exec { $ARGV[0] } @ARGV or die "Cannot run $ARGV[0]: $!\n";
}
waitpid $child, 0;
my $status = $?;
my $wall = now() - $start;

my $usage = "\0" x RUSAGE_BYTES;
syscall($number_of->{getrusage}, RUSAGE_CHILDREN, $usage) == 0 or die "getrusage failed: $!\n";
my ($user_s, $user_us, $system_s, $system_us, $peak_kib) = unpack 'q5', $usage;
my $cpu = ($user_s + $system_s) * 1_000_000 + $user_us + $system_us;

open my $accounts, '>&=', 3 or die "There is no file descriptor 3: $!\n";
printf {$accounts} "%d %d %d\n", $cpu, $peak_kib, $wall;
my $signal = $status & 127;
exit($signal ? 128 + $signal : $status >> 8);
