"""Recorded dialogues that are not compared, each by itself, and why."""

#: Reason -> the dialogues: their source, the prompt, and the lines typed.
OUT_OF_SCOPE: dict[str, tuple[str, ...]] = {
    "group-key VPN (GKM) is not part of this router": (
        "iosxe message: INT1#clear crypto gkm group bw6000",
    ),
    "radio-aware routing (DLEP) is not part of this router": (
        "iosxe message: Kahuna-Sanity#clear dlep client GigabitEthernet0/0/4 132",
        "iosxe message: Kahuna-Sanity#clear dlep neighbor GigabitEthernet0/0/6 132",
    ),
    "IP multicast is not part of this router": (
        "iosxe message: 9404-Access#clear ip mfib counters",
        "iosxe message: c2_core_sf#clear ip mroute vrf vn-5 *",
        "iosxe message: Cat9300_VTEP1(config)#ip pim vrf None rp-address 5.5.5.5",
        "iosxe message: SG_HA(config)#ip pim vrf red register-source Loopback101",
        "iosxe message: Cat9300_VTEP1(config)#ipv6 pim vrf None rp-address 2001::100",
    ),
    "OSPFv3 is not part of this router": ("iosxe message: A1#clear ipv6 ospf process",),
    "there is no TFTP or FTP client to copy over the network with": (
        "iosxe message: SPOKE3#copy tftp: bootflash:",
        "ios_mock_data enable: %N#copy  tftp: bootflash: / /tftpboot/mdear/n7k.gbin / "
        "management / 10.1.0.207",
        "ios_mock_data enable: %N#copy  tftp: bootflash: / /tftpboot/mdear/n7k.gbin / "
        "vrf_test1 / 10.1.0.207 / send interrupt",
        "ios_mock_data enable: %N#copy  ftp: bootflash: / rcpuser / 123rcp! / "
        "/tftpboot/mdear/n7k.gbin / management / 10.1.0.207",
        "ios_mock_data enable: %N#copy  ftp: bootflash: / rcpuser / 123rcp! / "
        "/tftpboot/mdear/n7k.gbin / vrf_test1 / 10.1.0.207 / send interrupt",
        "ios_mock_data enable: %N#copy  tftp://10.1.0.207/some.cfg bootflash: / "
        "/cat3k_caa-universalk9.bld_polaris.bin",
        "iosxe_mock_data_isr enable_isr: %N#copy  bootflash: tftp:  vrf Mgmt-intf / test2 / "
        "10.1.6.243 / test",
    ),
    "a command of IOS XE": (
        "iosxe message: Responder(config)#crypto ipsec ike sa-strength-enforcement",
    ),
    "keys are not exported": (
        "iosxe message: INT1(config)#crypto key export rsa REKEYRSA pem terminal aes test12345",
    ),
    "a certificate server is not part of this router": (
        "iosxe message: %N(cs-server)#database archive pkcs12 password 0 cisco123",
    ),
    "spanning trees, VLAN tables and UDLD are of switches": (
        "iosxe message: stack3-nyquist-1(config)#default spanning-tree mode",
        "iosxe message: SC_9200-2(config)#no mac address-table control-packet-learn",
        "iosxe message: mac-gen2(config)#no spanning-tree mode",
        "iosxe message: n10SVL(config)#no system mtu 9216",
        "iosxe message: n10SVL(config)#no udld aggressive",
        "iosxe message: mac-gen2(config)#spanning-tree extend system-id",
    ),
    "modules with diagnostics of their own are of modular switches": (
        "iosxe message: Switch_G48#diagnostic start module 1 test all",
        "iosxe message: farscape-pinfra-5(config)#interface HundredGigE1/0/6",
    ),
    "IOS XE 17 warns of passwords of type 0; IOS 15 does not": (
        "iosxe message: FUGAZI(config)#ip scp server enable",
    ),
    "the refusal of a NETCONF daemon, not of IOS's parser": (
        "iosxe message: Router(config)#line console 0",
    ),
    "IOS XE words the refusal otherwise: the mode is one that the recording does not show": (
        "iosxe message: iolpe2(config)#match ip address v4pbr_acl",
        "iosxe message: 9300x-A(config)#mode tunnel",
        "iosxe message: iolpe2(config)#set interface tunnel20",
    ),
    "packet captures (`monitor capture`) are not part of this router": (
        "iosxe message: PREG_IFD_CFD_TB1_GRYPHON_SA#monitor capture test clear",
        "iosxe message: PREG_IFD_CFD_TB1_GRYPHON_SA#monitor capture test start capture-filter ANY",
        "iosxe message: c2_core_sf#no monitor capture cap1",
    ),
    "only an enrolled trustpoint gives this warning, and none can enrol here": (
        "iosxe message: %N(ca-trustpoint)#no crypto pki trustpoint test",
    ),
    "application hosting (`protocol http` of a bridge) is not part of this router": (
        "iosxe message: SKYFOX-DUT3(config)#no protocol http",
    ),
    "`Extended-data` is an option of IOS XE's ping": (
        "iosxe message: UUT1#ping 50.1.1.2 Extended-data FFFFFFF repeat 5 size 256 timeout 1 "
        "dscp af11 df-bit validate",
    ),
    "the recording's author words two questions as IOS does not (`Extended commands? [no]: `)": (
        "ios_mock_data exec: %N>ping vrf management /  / 1.1.1.1 /  /  /  / n / n",
        "ios_mock_data enable: %N#ping vrf management /  / 1.1.1.1 /  /  /  / n / n",
        "ios_mock_data enable: %N#ping vrf mgmt /  / 1.1.1.1 /  /  /  / y /  /  /  /  /  /  / "
        " / v /  / n",
    ),
    "SNMP groups are kept without looking for their access lists": (
        "iosxe message: UUT(config)#snmp-server group snmp_group v3 auth read readwrite "
        "access ipv6 useracl useracl",
    ),
    "a crash on purpose": ("iosxe message: startrek-1#test crash",),
    "cut out of the middle of a copy: the question that is answered here was not recorded": (
        "ios message: Destination filename [c8000aep-universalk9.17.12.04.0.4708.SSA.bin]? "
        "test/c8000aep-universalk9.17.12.04.0.4708.SSA.bin",
        "iosxe message: Destination filename []? vrf_rp_super_universalk9.edison.bin",
    ),
    "the reply belongs to the line before it: path MTU discovery names no profile": (
        "iosxe message: iolpe2(config)#tunnel path-mtu-discovery",
    ),
    "`redundancy` is about a second supervisor, which this router does not have": (
        "ios_iol_mock_data exec_standby2: %N-standby>sh redundancy stat | inc my state",
        "ios_iol_mock_data exec_standby2: %N-standby>sh redundancy state",
        "ios_mock_data enable: %N#sh redundancy stat | inc my state",
        "ios_mock_data enable: %N#show redundancy sta |  in my",
        "ios_mock_data enable: %N#show redundancy sta |  in peer",
        "ios_mock_data enable: %N#sh redundancy state",
        "ios_mock_data enable: %N#show redundancy sta | inc Redundancy State",
        "ios_mock_data enable: %N#redundancy force-switchover",
        "ios_mock_data enable: %N#redundancy switch-activity force / n",
        "ios_mock_data enable: %N#redundancy switch-activity force /  / ",
        "ios_mock_data redundancy: %N(conf)#standby console enable",
        "ios_mock_data_standby exec_standby: %N-stby#sh redundancy stat | inc my state",
        "ios_mock_data_standby exec_standby: %N-stby#show redundancy sta |  in my",
        "ios_mock_data_standby exec_standby: %N-stby#show redundancy sta |  in peer",
        "ios_mock_data_standby exec_standby: %N-stby#sh redundancy state",
        "ios_mock_data_standby exec_standby: %N-stby#show redundancy sta | inc Redundancy State",
    ),
    "the recorded router crashed": (
        "ios_mock_data exec: %N>ping /  / 2.2.2.2 /  /  /  / n / n / exit",
        "ios_mock_data enable: %N#ping /  / 2.2.2.2 /  /  /  / n / n / exit",
    ),
    "the recorded reply names another size than the questions were answered with": (
        "ios_mock_data exec: %N>ping /  / 3.3.3.3 /  /  /  / n / n",
        "ios_mock_data enable: %N#ping /  / 3.3.3.3 /  /  /  / n / n",
    ),
    "an interface of another router (Ethernet0/0), with that router's counts": (
        "ios_mock_data exec: %N>show int e0/0",
        "ios_mock_data enable: %N#show int e0/0",
    ),
    "no command: how the recording is told to go to another of its states": (
        "ios_mock_data exec: %N>exec2",
        "ios_mock_data exec2: %N>enable",
        "ios_mock_data enable: %N#go to config",
        "ios_mock_data config: %N(conf)#go to enable",
        "ios_mock_data_standby exec_standby: %N-stby#exec",
    ),
    "no command: a setup dialog as the recording's author imagined it": (
        "ios_mock_data enable: %N#setup_mgmt / no",
    ),
    "the recording's author put a message of another command into the reply": (
        "ios_mock_data enable: %N#pwd / ",
    ),
    "copies between media that IOSv does not have, of files of the recorded switch": (
        "ios_mock_data enable: %N#copy  flash: flash-3: / "
        "/cat3k_caa-universalk9.bld_polaris.bin / /cat3k_caa-universalk9.bld_polaris.bin",
        "ios_mock_data enable: %N#copy  flash: flash-3: / /cat3k_caa-bld_xyz.bin",
    ),
    "cross-connects are not part of this router": (
        "ios_mock_data enable: %N#clear xconnect all / ",
        "ios_mock_data enable: %N#clear xconnect all / y",
    ),
    "made up by the recording's author: no router has this command": (
        "ios_mock_data enable: %N#clear something / yes",
        "ios_mock_data enable: %N#clear something / y",
        "ios_mock_data enable: %N#show command with backspace",
        "ios_mock_data enable: %N#show command with more backspace /  / ",
        "ios_mock_data enable: %N#show command with escape more backspace /  / ",
        "ios_mock_data enable: %N#show command with escape more /  / ",
        "ios_mock_data enable: %N#show command with more /  / ",
        "ios_mock_data enable: %N#show command with transient match",
    ),
    "cut short by the recording's author, within the error message": (
        "ios_mock_data enable: %N#not a real command partial",
    ),
    "made up by the recording's author: IOS says `% Access denied` or `% Bad passwords`": (
        "ios_mock_data console_test_enable: %N> enable / enpasswd2",
    ),
    "the boot loader GRUB and the boot monitor come before IOS": (
        "iosxe_mock_data_c8kv c8kv_enable_autoboot_disabled: %N#reload / ",
        "iosxe_mock_data_c8kv c8kv_enable_autoboot_disabled: %N#reload / boot",
    ),
    "`show version` of a Pagent image or of IOS XE, which print other lines": (
        "ios_mock_pagent pagent_exec: %N#show version",
        "iosxe_mock_data_c8kv c8kv_enable: %N#show version",
        "iosxe_mock_data_isr isr_exec: %N>show version",
        "iosxe_mock_data_isr enable_isr: %N#show version",
        "iosxe_mock_data_isr isr_exec_1: %N#show version",
    ),
    "the license dialog and the modes of Pagent, a traffic generator's image": (
        "ios_mock_pagent pagent_disable_without_license: %N>enable / 899573834241",
        "ios_mock_pagent pagent_exec: %N#emu / end",
    ),
    "`dir /recursive` is shown of a single file only, of the recorded router": (
        "iosxe_mock_data_isr enable_isr: %N#dir /all /recursive bootflash:/isr_image.ssr-4400-1",
    ),
    "the Linux shell below IOS XE": (
        "iosxe_mock_data_isr enable_isr: %N#request platform software system shell / y / ls",
        "iosxe_mock_data_isr enable_isr: %N#request platform software system shell / y / stty "
        "cols 200",
        "iosxe_mock_data_isr enable_isr: %N#request platform software system shell / y / stty "
        "rows 200",
        "iosxe_mock_data_isr enable_isr: %N#request platform software system shell / y / exit",
        "iosxe_mock_data_isr isr_exec_1: %N#uname -a",
    ),
    "the recording answers 30 probes and shows 3": (
        "iosxe_mock_data_isr enable_isr: %N#traceroute vrf MG501 /  / 192.0.0.5 /  /  /  /  / "
        " / 30 /  /  /  / ",
        "iosxe_mock_data_isr enable_isr: %N#traceroute /  / 192.0.0.5 /  /  /  /  /  / 30 /  "
        "/  /  / ",
    ),
    "software packages, SD-WAN and PnP are of IOS XE": (
        "iosxe_mock_data_isr enable_isr: %N#install remove inactive / y",
        "iosxe_mock_data_isr isr_exec_1: %N#show version | include operating mode",
        "iosxe_mock_data_isr isr_exec_1: %N#pnpa service discovery stop",
        "iosxe_mock_data_isr isr_exec_1: %N#show sdwan version",
        "iosxe_mock_data_isr isr_exec_1: %N#config-transaction",
        "iosxe_mock_data_isr isr_exec_1: %N#show sdwan software",
    ),
    "the recording shows no inventory at all": (
        "iosxe_mock_data_isr isr_exec_1: %N#show inventory",
    ),
}
