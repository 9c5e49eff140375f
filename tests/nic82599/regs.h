/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Register addresses and bits, named as in the Intel 82599 10 GbE Controller
 * Datasheet, chapter 8. Only what the model acts on: all others are storage.
 */
#ifndef NIC82599_REGS_H
#define NIC82599_REGS_H

/* general control */
#define R_CTRL		0x00000
#define R_CTRL_ALIAS	0x00004
#define  CTRL_GIO_DIS		BIT(2)
#define  CTRL_LRST		BIT(3)
#define  CTRL_RST		BIT(26)
#define R_STATUS	0x00008
#define  STATUS_LINK_UP		BIT(7)
#define  STATUS_GIO		BIT(19)
#define R_CTRL_EXT	0x00018
#define R_LEDCTL	0x00200

/* EEPROM, semaphores, firmware */
#define R_EEC		0x10010
#define  EEC_REQ		BIT(6)
#define  EEC_GNT		BIT(7)
#define  EEC_PRES		BIT(8)
#define  EEC_AUTO_RD		BIT(9)
#define  EEC_FLUDONE		BIT(26)
#define R_EERD		0x10014
#define R_EEWR		0x10018
#define R_SWSM		0x10140
#define  SWSM_SMBI		BIT(0)
#define R_FWSM		0x10148
#define R_SW_FW_SYNC	0x10160
#define  SW_FW_SYNC_REGSMP	BIT(31)
#define R_HICR		0x15F00

/* interrupts */
#define R_EICR		0x00800
#define R_EICS		0x00808
#define R_EIAC		0x00810
#define R_EITR		0x00820		/* vectors 0..23 */
#define R_EIMS		0x00880
#define R_EIMC		0x00888
#define R_EIAM		0x00890
#define R_GPIE		0x00898
#define  GPIE_EIAME		BIT(30)
#define R_IVAR		0x00900
#define R_IVAR_MISC	0x00A00
#define  IVAR_VALID		0x80
#define R_EICS_EX	0x00A90
#define R_EIMS_EX	0x00AA0
#define R_EIMC_EX	0x00AB0
#define R_EIAM_EX	0x00AD0
#define R_EITR_HI	0x12300		/* vectors 24 and up */
#define  EICR_FLOW_DIR		BIT(16)
#define  EICR_RX_MISS		BIT(17)
#define  EICR_LSC		BIT(20)
#define  EICR_OTHER_BITS	0x7FFF0000u
#define  EICR_OTHER		BIT(31)

/* receive: filters and steering */
#define R_RXCTRL	0x03000
#define  RXCTRL_RXEN		BIT(0)
#define R_RTRUP2TC	0x03020
#define R_RSCDBU	0x03028
#define R_FCTTV		0x03200
#define R_FCRTL		0x03220
#define R_FCRTH		0x03260
#define R_RXPBSIZE	0x03C00
#define R_RXCSUM	0x05000
#define  RXCSUM_PCSD		BIT(13)
#define R_RFCTL		0x05008
#define  RFCTL_RSC_DIS		BIT(5)
#define R_FCTRL		0x05080
#define  FCTRL_SBP		BIT(1)
#define  FCTRL_MPE		BIT(8)
#define  FCTRL_UPE		BIT(9)
#define  FCTRL_BAM		BIT(10)
#define R_VLNCTRL	0x05088
#define  VLNCTRL_VFE		BIT(30)
#define R_MCSTCTRL	0x05090
#define  MCSTCTRL_MFE		BIT(2)
#define R_ETQF		0x05128
#define  ETQF_POOL_ENABLE	BIT(26)
#define  ETQF_ENABLE		BIT(31)
#define R_VT_CTL	0x051B0
#define  VT_CTL_ENA		BIT(0)
#define  VT_CTL_DIS_DEFPL	BIT(29)
#define  VT_CTL_REPLEN		BIT(30)
#define R_PFVFRE	0x051E0
#define R_MTA		0x05200
#define R_MRQC		0x05818
#define R_RETA		0x05C00
#define R_RSSRK		0x05C80
#define R_VFTA		0x0A000
#define R_RAL		0x0A200
#define R_RAH		0x0A204
#define  RAH_AV			BIT(31)
#define R_MPSAR		0x0A600
#define R_PSRTYPE	0x0EA00
#define R_ETQS		0x0EC00
#define  ETQS_ENABLE		BIT(31)
#define R_PFVML2FLT	0x0F000
#define  VML2FLT_AUPE		BIT(24)
#define  VML2FLT_ROMPE		BIT(25)
#define  VML2FLT_ROPE		BIT(26)
#define  VML2FLT_BAM		BIT(27)
#define  VML2FLT_MPE		BIT(28)
#define R_PFVLVF	0x0F100
#define  VLVF_VI_ENABLE		BIT(31)
#define R_PFVLVFB	0x0F200
#define R_UTA		0x0F400

/* receive: DMA. Queues 64 and up live at R_RXQ_HI. */
#define R_RXQ		0x01000
#define R_RXQ_HI	0x0D000
#define  Q_BAL			0x00
#define  Q_BAH			0x04
#define  Q_LEN			0x08
#define  Q_DCA			0x0C
#define  Q_HEAD			0x10
#define  Q_SRRCTL		0x14	/* receive only */
#define  Q_TAIL			0x18
#define  Q_CTL			0x28	/* RXDCTL, TXDCTL */
#define  Q_RSCCTL		0x2C	/* receive only */
#define  Q_STRIDE		0x40
#define  DCTL_ENABLE		BIT(25)
#define  TXDCTL_SWFLSH		BIT(26)
#define  RXDCTL_RLPML_EN	BIT(15)	/* X540 */
#define  RXDCTL_VME		BIT(30)
#define  SRRCTL_DROP_EN		BIT(28)
#define  RSCCTL_RSCEN		BIT(0)
#define R_SRRCTL_ALIAS	0x02100
#define R_DCA_RX_ALIAS	0x02200
#define R_RQSMR		0x02300
#define R_RDRXCTL	0x02F00
#define  RDRXCTL_CRCSTRIP	BIT(1)
#define  RDRXCTL_DMAIDONE	BIT(3)
#define R_SECRXSTAT	0x08D04
#define R_SECRXCTRL	0x08D00
#define  SECRXCTRL_RX_DIS	BIT(1)

/* transmit */
#define R_DMATXCTL	0x04A80
#define  DMATXCTL_TE		BIT(0)
#define R_DTXTCPFLGL	0x04A88
#define R_DTXTCPFLGH	0x04A8C
#define R_TXQ		0x06000
#define R_PFVFTE	0x08110
#define R_PFVFSPOOF	0x08200
#define R_PFDTXGSWC	0x08220
#define  DTXGSWC_LBEN		BIT(0)
#define R_TQSMR		0x08600
#define R_SECTXSTAT	0x08804
#define R_TXPBSIZE	0x0CC00

/* MAC and link */
#define R_HLREG0	0x04240
#define  HLREG0_RXCRCSTRP	BIT(1)
#define  HLREG0_JUMBOEN		BIT(2)
#define  HLREG0_TXPADEN		BIT(10)
#define  HLREG0_LPBK		BIT(15)
#define R_MSCA		0x0425C
#define  MSCA_CMD		BIT(30)
#define R_MSRWD		0x04260
#define R_MAXFRS	0x04268
#define R_AUTOC		0x042A0
#define  AUTOC_RESTART_AN	BIT(12)
#define R_LINKS		0x042A4
#define R_ANLP1		0x042B0

/* flow director */
#define R_FDIRCTRL	0x0EE00
#define  FDIRCTRL_PBALLOC	0x3
#define  FDIRCTRL_INIT_DONE	BIT(3)
#define  FDIRCTRL_PERFECT	BIT(4)
#define R_FDIRIPSA	0x0EE18
#define R_FDIRIPDA	0x0EE1C
#define R_FDIRPORT	0x0EE20
#define R_FDIRVLAN	0x0EE24
#define R_FDIRHASH	0x0EE28
#define R_FDIRCMD	0x0EE2C
#define  FDIRCMD_VALID		BIT(2)
#define  FDIRCMD_CLEARHT	BIT(8)
#define  FDIRCMD_DROP		BIT(9)
#define  FDIRCMD_INT		BIT(10)
#define  FDIRCMD_QUEUE_EN	BIT(15)
#define R_FDIRFREE	0x0EE38
#define R_FDIRDIP4M	0x0EE3C
#define R_FDIRSIP4M	0x0EE40
#define R_FDIRTCPM	0x0EE44
#define R_FDIRUDPM	0x0EE48
#define R_FDIRLEN	0x0EE4C
#define R_FDIRUSTAT	0x0EE50
#define R_FDIRFSTAT	0x0EE54
#define R_FDIRMATCH	0x0EE58
#define R_FDIRMISS	0x0EE5C
#define R_FDIRM		0x0EE70
#define  FDIRM_VLANID		BIT(0)
#define  FDIRM_VLANP		BIT(1)
#define  FDIRM_POOL		BIT(2)
#define  FDIRM_L4P		BIT(3)
#define  FDIRM_FLEX		BIT(4)
#define R_FDIRSCTPM	0x0EE78

/* statistics, clear on read */
#define R_RXMPC		0x03FA0
#define R_RNBC		0x03FC0
#define R_CRCERRS	0x04000
#define R_RLEC		0x04040
#define R_PRC64		0x0405C
#define R_GPRC		0x04074
#define R_BPRC		0x04078
#define R_MPRC		0x0407C
#define R_GPTC		0x04080
#define R_GORCL		0x04088
#define R_GOTCL		0x04090
#define R_RUC		0x040A4
#define R_ROC		0x040AC
#define R_TORL		0x040C0
#define R_TPR		0x040D0
#define R_TPT		0x040D4
#define R_PTC64		0x040D8
#define R_MPTC		0x040F0
#define R_BPTC		0x040F4
#define R_QPRC		0x01030
#define R_QBRCL		0x01034
#define R_QPRDC		0x01430
#define R_QPTC		0x06030
#define R_QPTC_X540	0x08680
#define R_QBTCL		0x08700

/* receive descriptor write-back, 82599 datasheet 7.1.6 */
#define RXD_DD		BIT(0)
#define RXD_EOP		BIT(1)
#define RXD_FLM		BIT(2)
#define RXD_VP		BIT(3)
#define RXD_L4I		BIT(5)
#define RXD_IPCS	BIT(6)
#define RXD_LB		BIT(18)
#define RXD_HBO		BIT(23)
#define RXD_RXE		BIT(29)
#define RXD_TCPE	BIT(30)
#define RXD_IPE		BIT(31)
#define RXD_SPH		BIT(31)		/* first dword */

/* packet types, where the write-back has them */
#define PT_IPV4		0x010
#define PT_IPV4E	0x020
#define PT_IPV6		0x040
#define PT_IPV6E	0x080
#define PT_TCP		0x100
#define PT_UDP		0x200
#define PT_SCTP		0x400
#define PT_ETQF		0x8000

/* transmit descriptor, 82599 datasheet 7.2.3 */
#define TXD_EOP		BIT(24)
#define TXD_RS		BIT(27)
#define TXD_DEXT	BIT(29)
#define TXD_VLE		BIT(30)
#define TXD_TSE		BIT(31)
#define TXD_DTYP_CTX	2
#define TXD_DTYP_DATA	3
#define TXD_DD		BIT(0)
#define TXD_IXSM	BIT(8)
#define TXD_TXSM	BIT(9)
#define TXC_IPV4	BIT(10)

#endif
